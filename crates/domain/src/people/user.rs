//! Users: the people who work with Guanxi.

use crate::record::Rules;
use crate::value::{Email, Phone};
use crate::{Id, Instant};

record! {
    /// Somebody who works in the workspace. Who has no e-mail address owns records and cannot sign in.
    User UserPatch "user" "users" "用户" "User" Shared title "name" {
        name: String = [SORT FILTER SEARCH IMPORT] "姓名" "Name" max(100),
        email: Option<Email> = [FILTER SEARCH IMPORT PERSONAL] "邮箱" "Email" max(254),
        phone: Option<Phone> = [FILTER SEARCH IMPORT PERSONAL] "电话" "Phone" max(40),
        title: Option<String> = [FILTER IMPORT] "职务" "Job title" max(100),
        team_id: Option<Id> = [FILTER IMPORT] "团队" "Team" refers("team"),
        roles: Vec<String> = [FILTER IMPORT] "角色" "Roles" max(60),
        disabled: bool = [FILTER] "已停用" "Disabled" aside(),
        locale: Option<String> = [] "语言" "Language" max(10),
        time_zone: Option<String> = [] "时区" "Time zone" max(60),
        /// What their picture is known by: another one with each picture.
        avatar: Option<String> = [FILTER READONLY] "头像" "Picture" max(64),
        two_factor: bool = [FILTER READONLY] "两步验证" "Two-step sign-in" aside(),
        invited_at: Option<Instant> = [FILTER READONLY] "邀请时间" "Invited" aside(),
        password_changed_at: Option<Instant> = [READONLY] "密码修改时间" "Password changed" aside(),
        signed_in_at: Option<Instant> = [FILTER READONLY] "最近登录" "Last sign-in" aside(),
    } with {
        usual(Usual::Settings) closable() about_rights() import(&[])
        import_extra(&[Extra::new("team_manager", "团队负责人", "Team manager", "team_manager")])
        known_by(&["email"]) unique(&[&["email"]]) searched(8) icon("people")
        columns(&["name", "email", "roles", "team_id", "signed_in_at", "two_factor"])
        form(&["name", "email", "title", "team_id", "roles"])
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
