//! What can be wrong (or doubtful) with a file, a row or a cell: a code, its parameters, and its text in both languages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Issue, Kind, Label, Locale, messages};

/// Values quoted in a report are cut here, so that a broken file cannot swell it.
const LONGEST_PARAM: usize = 80;

/// One thing found wrong, as data; `text` says it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RowProblem))]
pub struct Problem {
    /// Stable, snake_case.
    pub code: String,
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

impl Problem {
    pub fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            params: BTreeMap::new(),
        }
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), clip(&value.to_string()));
        self
    }

    /// A problem with what a cell says.
    pub fn value(code: &str, value: &str) -> Self {
        Self::new(code).with("value", value)
    }

    /// A value that names no record, such as a product that does not exist.
    pub fn not_found(kind: &str, value: &str) -> Self {
        Self::value(code::NOT_FOUND, value).with("kind", kind)
    }

    /// Several records answer to the name.
    pub fn not_unique(kind: &str, value: &str) -> Self {
        Self::value(code::NOT_UNIQUE, value).with("kind", kind)
    }

    /// A field that every record needs has no value in this row.
    pub fn required(field: &str) -> Self {
        Self::new(code::REQUIRED).with("field", field)
    }

    /// The same problem, whatever the cell says: what is reported once there are too many different values.
    pub fn with_any_value(mut self) -> Self {
        if let Some(value) = self.params.get_mut("value") {
            "…".clone_into(value);
        }
        self
    }

    /// What the rules of the record kind found, and the field it was found in.
    pub fn from_issue(issue: &Issue) -> (String, Self) {
        let field = issue
            .pointer
            .trim_start_matches('/')
            .split('/')
            .next()
            .unwrap_or_default();
        let problem = Self::new(issue.code).with("field", field);
        let problem = issue
            .params
            .iter()
            .fold(problem, |p, (name, value)| p.with(name, value));
        (field.to_owned(), problem)
    }

    /// The same as an issue with a request.
    pub fn issue(&self, pointer: &str) -> Issue {
        let Some(text) = TEXTS.iter().find(|t| t.code == self.code) else {
            return Issue::new(pointer, code::UNREADABLE);
        };
        let issue = Issue::new(pointer, text.code);
        parameters(text.label.en).fold(issue, |issue, name| {
            issue.with(name, self.params.get(name).map_or("…", String::as_str))
        })
    }

    /// The text. `kind` is the record kind imported, whose fields are named as people know them.
    pub fn text(&self, locale: Locale, kind: Option<&Kind>) -> String {
        let own = TEXTS.iter().find(|t| t.code == self.code).map(|t| t.label.get(locale));
        // Some codes are shared with the rules of the records, which give other parameters.
        let template = own.filter(|t| parameters(t).all(|name| self.params.contains_key(name)));
        let Some(template) = template.or_else(|| {
            messages::CODES
                .iter()
                .find(|(c, _)| *c == self.code)
                .map(|(_, l)| l.get(locale))
        }) else {
            return self.code.clone();
        };
        let named = |name: &str, value: &str| {
            Some(match name {
                "kind" => crate::kind(value)?.label.within(locale),
                "action" => crate::policy::Action::from_key(value)?.label().within(locale),
                "field" => super::field::label(kind?, value)?.get(locale).to_owned(),
                _ => return None,
            })
        };
        // One pass, so that a brace in a value is never taken for a parameter.
        let mut said = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let value = self.params.get(name).map_or("…", String::as_str);
            said.push_str(named(name, value).as_deref().unwrap_or(value));
            rest = after;
        }
        said + rest
    }
}

/// All that is wrong with a row in one text: each problem after the header of its column.
pub fn reason<'a>(
    problems: impl IntoIterator<Item = (Option<&'a str>, &'a Problem)>,
    locale: Locale,
    kind: Option<&Kind>,
) -> String {
    let (colon, semicolon) = match locale {
        Locale::Zh => ("：", "；"),
        Locale::En => (": ", "; "),
    };
    let said = problems.into_iter().map(|(column, problem)| {
        let text = problem.text(locale, kind);
        let text = text.trim_end_matches(['。', '.']);
        column.map_or_else(|| text.to_owned(), |column| format!("{column}{colon}{text}"))
    });
    said.collect::<Vec<_>>().join(semicolon)
}

/// The codes with their texts.
pub(crate) fn texts() -> impl Iterator<Item = (&'static str, Label)> {
    TEXTS.iter().map(|text| (text.code, text.label))
}

/// The text of a code.
pub(crate) fn label(code: &str) -> Option<Label> {
    TEXTS.iter().find(|t| t.code == code).map(|t| t.label)
}

/// The parameters that a text names.
fn parameters(template: &str) -> impl Iterator<Item = &str> {
    template
        .split('{')
        .skip(1)
        .filter_map(|part| Some(part.split_once('}')?.0))
}

fn clip(value: &str) -> String {
    match value.char_indices().nth(LONGEST_PARAM) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

struct Text {
    code: &'static str,
    label: Label,
}

/// Declares each code once, with both texts, so that neither can be forgotten.
macro_rules! problems {
    ($($name:ident $code:literal $zh:literal $en:literal;)*) => {
        /// The codes, to be compared and built with.
        pub mod code {
            $(pub const $name: &str = $code;)*
        }
        const TEXTS: &[Text] = &[$(Text { code: $code, label: Label::new($zh, $en) }),*];
    };
}

problems! {
    NOT_A_NUMBER "not_a_number" "“{value}”不是数字" "“{value}” is not a number";
    NUMBER_TOO_LARGE "number_too_large" "数字“{value}”过大" "The number “{value}” is too large";
    NOT_WHOLE "not_whole" "“{value}”不是整数" "“{value}” is not a whole number";
    TOO_MANY_DECIMALS "too_many_decimals" "“{value}”的小数位过多，最多 {decimals} 位" "“{value}” has more than {decimals} decimals";
    NOT_A_DATE "not_a_date" "“{value}”不是有效日期" "“{value}” is not a date";
    NOT_A_TIME "not_a_time" "“{value}”不是有效时间" "“{value}” is not a date and time";
    NOT_A_BOOLEAN "not_a_boolean" "“{value}”无法识别为“是”或“否”" "“{value}” is neither yes nor no";
    NOT_A_CHOICE "not_a_choice" "“{value}”不是“{field}”的可选值：{choices}" "“{value}” is none of the values of “{field}”: {choices}";
    UNKNOWN_CURRENCY "unknown_currency" "未知币种“{currency}”" "Unknown currency “{currency}”";
    NOT_A_PHONE "not_a_phone" "“{value}”不是有效的电话号码" "“{value}” is not a phone number";
    PHONE_LOST_DIGITS "phone_lost_digits" "“{value}”是被表格软件转成科学计数法的号码，末尾数字已丢失；请把该列设为文本后重新导出" "“{value}” is a phone number that a spreadsheet turned into scientific notation, its last digits are lost; set the column to text and export again";
    NOT_AN_EMAIL "not_an_email" "“{value}”不是有效的邮箱地址" "“{value}” is not an email address";
    NOT_FOUND "reference_not_found" "找不到{kind}“{value}”" "No {kind} named “{value}” was found";
    NOT_UNIQUE "reference_not_unique" "有多个{kind}叫“{value}”" "More than one {kind} is called “{value}”";
    REQUIRED "required" "缺少“{field}”" "“{field}” is missing";
    DUPLICATE_KEY "duplicate_key" "“{value}”在文件中已出现过（第 {line} 行）" "“{value}” already stands in the file (line {line})";

    NO_KEY "no_key" "文件中既没有“外部编号”也没有名称列，每一行都会新建；再次导入同一文件会产生重复" "The file has neither an external id nor a name for its rows, so each row is created anew; importing the file again doubles them";
    PARENT_MISSING "parent_missing" "上级“{value}”所在的行未能导入，上级关系未设置" "The row of the parent “{value}” was not taken, so the parent is not set";
    LIST_FULL "list_full" "选项列表“{picklist}”已满，新的值已保存在记录中，但未加入列表" "The picklist “{picklist}” is full; new values are kept in the records and not listed";

    TOO_MANY_CELLS "too_many_cells" "本行有 {found} 列，表头只有 {expected} 列" "The row has {found} cells, the header has only {expected}";
    ROW_UNWRAPPED "row_unwrapped" "整行内容被引号包成了一个单元格，已按正常的行读取" "The whole row stood in quotes as one cell and was read as the row it is";
    UNCLOSED_QUOTE "unclosed_quote" "从本行开始的引号没有结束，后面的内容都被算进了同一个单元格" "A quote opened in this row is never closed, so the rest of the file fell into one cell";
    NUL_CHARACTER "nul_character" "单元格中含有空字符（NUL）" "A cell contains a NUL character";

    EMPTY_FILE "empty_file" "文件中没有任何数据" "There is nothing in the file";
    BAD_BYTES "bad_bytes" "第 {line} 行（第 {byte} 个字节）不是有效的 {encoding} 文本；请用正确的编码重新导出，或指定编码" "Line {line} (byte {byte}) is not valid {encoding}; export the file again in the right encoding, or name the encoding";
    TOO_MANY_COLUMNS "too_many_columns" "表格有 {found} 列，最多可导入 {limit} 列；请删除用不到的列" "The table has {found} columns; at most {limit} can be imported. Delete those that are not needed";
    MIXED_ENCODINGS "mixed_encodings" "文件混用了两种编码：从第 {line} 行起有 {lines} 行是 UTF-8，其余是 {encoding}；已分别识别，请核对" "The file mixes two encodings: {lines} lines, the first of them line {line}, are UTF-8 and the rest is {encoding}. Each was read as what it is; please check them";
    RECORD_TOO_LARGE "record_too_large" "从第 {line} 行开始的一条记录超过 {limit} 字节；可能有引号没有结束" "The record that starts in line {line} is larger than {limit} bytes; perhaps a quote is not closed";
    NOT_TEXT "not_text" "这是 {format} 文件，无法读取；请另存为 XLSX 或 CSV" "This is a {format} file, which cannot be read; save it as XLSX or CSV";
    WORKBOOK_BROKEN "workbook_broken" "工作簿已损坏或不是有效的 XLSX 文件；请用表格软件打开后重新保存" "The workbook is damaged or no XLSX file; open it in a spreadsheet and save it again";
    WORKBOOK_LOCKED "workbook_locked" "工作簿设有密码，无法读取；请取消密码后重新保存" "The workbook is locked by a password; save it without one";
    WORKBOOK_TOO_LARGE "workbook_too_large" "工作簿解压后过大（{part}），请拆分后再导入" "The workbook is too large when unpacked ({part}); split it and import the parts";
    VCARD_BROKEN "vcard_broken" "名片文件不完整或已损坏；请从通讯录重新导出" "The file of cards is damaged or cut off; export it from the address book again";
    VCARD_TOO_LARGE "vcard_too_large" "名片文件超过 {limit} MB；请分批导出，或不带照片导出" "The file of cards is larger than {limit} MB; export it in parts, or without pictures";
    UNKNOWN_COLUMN "unknown_column" "文件中没有“{column}”列；文件的列有：{columns}" "The file has no column “{column}”; its columns are: {columns}";
    UNKNOWN_TARGET "unknown_import_field" "“{field}”不能导入；可以导入的字段有：{fields}" "“{field}” cannot be imported; what can: {fields}";
    NOTHING_MAPPED "nothing_mapped" "没有一列对应到字段，无法导入" "No column belongs to any field, so there is nothing to import";
    INTERRUPTED "interrupted" "服务器在导入过程中停止；已导入的行保留，可再次运行" "The server stopped while importing; the rows taken so far are kept, and the import can be run again";
    FILE_GONE "file_gone" "文件已不再保留，请重新上传" "The file is no longer kept; hand it in again";
    IMPORT_BROKE_OFF "import_broke_off" "导入中途出错，已导入的行保留；请稍后再次运行" "The import broke off; the rows taken so far are kept. Run it again later";
    UNREADABLE "unreadable" "文件读取失败" "The file could not be read";

    COLUMN_UNMAPPED "column_unmapped" "“{column}”列没有对应的字段，不会导入" "The column “{column}” belongs to no field and is left out";
    COLUMN_CONTESTED "column_contested" "“{column}”列也像是“{field}”，但该字段已由“{taken_by}”列提供" "The column “{column}” looks like “{field}” too, which “{taken_by}” already fills";
    DATE_ORDER_ASSUMED "date_order_assumed" "“{column}”列的日期分不清月和日，按{order}理解" "Day and month cannot be told apart in the column “{column}”; read as {order}";
    DECIMAL_POINT_ASSUMED "decimal_point_assumed" "“{column}”列中的“{value}”有两种读法，按小数点为“{point}”理解" "“{value}” in the column “{column}” can be read in two ways; read with “{point}” as the decimal mark";
    READ_AS "read_as" "“{value}”已读作“{taken}”" "“{value}” was read as “{taken}”";
    MORE_VALUES "more_values" "“{value}”放不进“{field}”，没有导入" "“{value}” finds no room in “{field}” and was left out";
    NO_YEAR "date_without_year" "日期“{value}”没有年份，未导入该值" "The date “{value}” has no year and was left out";
    NAMED_AFTER "named_after" "本行没有名称，已用“{field}”的值作为名称" "The row has no name and was named after its “{field}”";
    REFERENCE_LEFT_OUT "reference_left_out" "没有{kind}“{value}”，该字段留空" "No {kind} “{value}” is known, so the field was left empty";
    UNIT_OF_COLUMN "unit_of_column" "“{column}”列的金额按每 1 个等于 {unit} {currency} 读取" "Each 1 in the column “{column}” was read as {unit} {currency}";
    NONE_FITS "no_value_fits" "“{column}”列没有一个值是“{field}”的可选值，不会导入" "No value of the column “{column}” is one of “{field}”; it is left out";
    SALUTATIONS "salutations" "“{column}”列只有称谓，没有职务，不会导入" "The column “{column}” holds forms of address and no job titles; it is left out";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Record;

    #[test]
    fn every_text_stands_in_both_languages_with_the_same_parameters() {
        for t in TEXTS {
            let sorted = |t: &'static str| {
                let mut names: Vec<_> = parameters(t).collect();
                names.sort_unstable();
                names
            };
            assert!(!t.label.zh.is_ascii(), "{}: not Chinese", t.code);
            assert_eq!(sorted(t.label.zh), sorted(t.label.en), "{}", t.code);
            assert_eq!(TEXTS.iter().filter(|o| o.code == t.code).count(), 1, "{} twice", t.code);
        }
    }

    #[test]
    fn values_are_said_as_they_are_and_cut_when_long() {
        let p = Problem::not_found("product", "{kind}");
        assert_eq!(p.text(Locale::Zh, None), "找不到产品“{kind}”");
        assert_eq!(p.text(Locale::En, None), "No product named “{kind}” was found");
        let p = Problem::value(code::NOT_A_NUMBER, &"长".repeat(500));
        assert_eq!(p.params["value"].chars().count(), LONGEST_PARAM + 1);
        assert_eq!(p.with_any_value().text(Locale::En, None), "“…” is not a number");
        assert_eq!(Problem::new("somewhere_else").text(Locale::Zh, None), "somewhere_else");
    }

    #[test]
    fn what_the_rules_find_is_said_with_the_label_of_the_field() {
        let kind = Some(crate::lead::Lead::KIND);
        let (field, problem) = Problem::from_issue(&Issue::at("name", "required"));
        assert_eq!(
            (field.as_str(), problem.text(Locale::Zh, kind)),
            ("name", "缺少“姓名”".into())
        );
        let (_, problem) = Problem::from_issue(&Issue::at("score", "out_of_range").with("min", 0).with("max", 1000));
        assert_eq!(problem.text(Locale::Zh, kind), "应为 0 到 1000 之间的整数。");
        // The record's own check of a reference names no value.
        let (_, problem) = Problem::from_issue(&Issue::at("owner_id", "reference_not_found"));
        assert_eq!(problem.text(Locale::Zh, kind), "找不到所引用的记录，或您无权查看。");
        let both = [(Some("评分"), &problem), (None, &Problem::required("name"))];
        assert_eq!(
            reason(both, Locale::Zh, kind),
            "评分：找不到所引用的记录，或您无权查看；缺少“姓名”"
        );
    }

    #[test]
    fn the_wire_form_is_code_and_params() {
        let json = serde_json::to_string(&Problem::value(code::NOT_A_DATE, "x")).expect("plain data");
        assert_eq!(json, r#"{"code":"not_a_date","params":{"value":"x"}}"#);
    }
}
