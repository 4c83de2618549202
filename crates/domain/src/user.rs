//! Users: the people who work with Guanxi.

use crate::Id;
use crate::record::Rules;
use crate::value::{Email, Phone};

record! {
    /// Somebody who works in the workspace. Who has no e-mail address owns records and cannot sign in.
    User UserPatch "user" "users" "用户" "User" Shared title "name" {
        name: String = [SORT FILTER SEARCH IMPORT] "姓名" "Name" max(100),
        email: Option<Email> = [FILTER SEARCH IMPORT PERSONAL] "邮箱" "E-mail" max(254),
        phone: Option<Phone> = [FILTER SEARCH IMPORT PERSONAL] "电话" "Phone" max(40),
        title: Option<String> = [FILTER IMPORT] "职务" "Job title" max(100),
        team_id: Option<Id> = [FILTER IMPORT] "团队" "Team" refers("team"),
        roles: Vec<String> = [FILTER IMPORT] "角色" "Roles" max(60),
        disabled: bool = [FILTER] "已停用" "Disabled",
        locale: Option<String> = [] "语言" "Language" max(10),
        time_zone: Option<String> = [] "时区" "Time zone" max(60),
    }
}

impl Rules for User {
    fn check(&self, _old: Option<&Self>, issues: &mut crate::Issues) {
        if let Some(locale) = &self.locale
            && crate::Locale::from_tag(locale).is_none_or(|l| l.tag() != locale)
        {
            issues.add(crate::Issue::at("locale", "unknown_choice").with("choices", "zh-CN, en"));
        }
    }
}
