//! Holidays, and the days on which is worked instead.

use crate::Day;
use crate::record::Rules;

choice! {
    DayKind {
        Off "off" "放假" "Day off",
        Working "working" "调休上班" "Make-up working day",
        MorningOff "morning_off" "上午放假" "Morning off",
        AfternoonOff "afternoon_off" "下午放假" "Afternoon off",
    }
}

record! {
    /// A day that is not what its weekday says.
    Holiday HolidayPatch "holiday" "holidays" "节假日" "Holiday" Shared title "name" {
        day: Day = [SORT FILTER IMPORT] "日期" "Day",
        name: String = [SORT FILTER IMPORT] "名称" "Name" max(100),
        kind: DayKind = [FILTER IMPORT] "类型" "Type",
    } with {
        usual(Usual::Settings) import(&["day"]) unique(&[&["day"]])
        columns(&["day", "name", "kind"]) form(&["day", "name", "kind"])
    }
}

impl Rules for Holiday {}
