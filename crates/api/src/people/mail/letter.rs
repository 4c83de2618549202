//! What letters say, in the language of whom they go to.

use domain::Locale;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To come in for the first time.
    Invitation,
    /// An administrator has made a link for a new password.
    Password,
    /// Somebody has said to have forgotten the password.
    Reset,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Invitation, Self::Password, Self::Reset];

    pub fn key(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Password => "password",
            Self::Reset => "reset",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// What a letter is about.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Facts {
    pub locale: Locale,
    /// Whom it goes to.
    pub name: String,
    pub workspace: String,
    /// Who has made the link.
    pub by: String,
    pub url: String,
}

/// A letter ready to be sent.
pub struct Text {
    pub subject: String,
    pub plain: String,
    pub html: String,
}

/// Subject, what it is about, what the link is called, how long it holds.
fn words(kind: Kind, facts: &Facts) -> [String; 4] {
    let Facts { workspace, by, .. } = facts;
    match (kind, facts.locale) {
        (Kind::Invitation, Locale::Zh) => [
            format!("{by}邀请您加入“{workspace}”"),
            format!("{by}邀请您加入“{workspace}”，一起使用“关系”（Guanxi）管理客户。请设置登录密码，设置后即可使用。"),
            "设置密码".into(),
            "链接 7 天内有效，只能使用一次。如果您不认识邀请人，请忽略这封邮件。".into(),
        ],
        (Kind::Invitation, Locale::En) => [
            format!("{by} invited you to join “{workspace}”"),
            format!("{by} invited you to join “{workspace}” and work with customers in Guanxi. Set a password to get started."),
            "Set a password".into(),
            "The link is valid for 7 days and works once. If you do not know who invited you, ignore this message.".into(),
        ],
        (Kind::Password, Locale::Zh) => [
            format!("重设“{workspace}”的登录密码"),
            format!("{by}为您在“{workspace}”的账号生成了重设密码的链接。"),
            "设置新密码".into(),
            "链接 7 天内有效，只能使用一次。在您设置新密码之前，原密码仍然有效。".into(),
        ],
        (Kind::Password, Locale::En) => [
            format!("Reset your password for “{workspace}”"),
            format!("{by} created a link for you to reset the password of your account in “{workspace}”."),
            "Set a new password".into(),
            "The link is valid for 7 days and works once. Until you set a new password, your old one keeps working.".into(),
        ],
        (Kind::Reset, Locale::Zh) => [
            format!("重设“{workspace}”的登录密码"),
            format!("有人请求重设您在“{workspace}”的登录密码。如果是您本人，请打开下面的链接设置新密码。"),
            "设置新密码".into(),
            "链接 1 小时内有效，只能使用一次。如果不是您本人，请忽略这封邮件，密码不会改变。".into(),
        ],
        (Kind::Reset, Locale::En) => [
            format!("Reset your password for “{workspace}”"),
            format!("Someone asked to reset the password of your account in “{workspace}”. If it was you, use the link below to set a new one."),
            "Set a new password".into(),
            "The link is valid for 1 hour and works once. If it was not you, ignore this message; your password will not change.".into(),
        ],
    }
}

pub fn write(kind: Kind, facts: &Facts) -> Text {
    let [subject, about, action, until] = words(kind, facts);
    let (greeting, colon, lang) = match facts.locale {
        Locale::Zh => (format!("{}，您好：", facts.name), "：", "zh-CN"),
        Locale::En => (format!("Hello {},", facts.name), ":", "en"),
    };
    let url = &facts.url;
    let plain = format!("{greeting}\n\n{about}\n\n{action}{colon}\n{url}\n\n{until}\n");
    let [title, greeting, about, action, until, url] =
        [&subject, &greeting, &about, &action, &until, url].map(|text| escaped(text));
    let html = format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body style=\"font:15px/1.6 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;color:#1c2430;max-width:560px;margin:24px auto;padding:0 16px\">\
         <p>{greeting}</p><p>{about}</p>\
         <p><a href=\"{url}\" style=\"display:inline-block;padding:10px 20px;border-radius:6px;background:#4a53c8;color:#fff;text-decoration:none\">{action}</a></p>\
         <p style=\"word-break:break-all;font-size:13px\">{url}</p><p style=\"color:#5a6472;font-size:13px\">{until}</p></body></html>"
    );
    Text { subject, plain, html }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_its_link_in_both_parts_and_both_languages() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_key(kind.key()), Some(kind));
            for locale in [Locale::Zh, Locale::En] {
                let facts = Facts {
                    locale,
                    name: "<b>Li</b>".into(),
                    workspace: "R&D \"东区\"".into(),
                    by: "王小明".into(),
                    url: "https://crm.test/welcome?token=a&b".into(),
                };
                let text = write(kind, &facts);
                assert!(text.plain.contains(&facts.url) && text.plain.contains("<b>Li</b>"));
                assert!(text.html.contains("href=\"https://crm.test/welcome?token=a&amp;b\""));
                assert!(
                    !text.html.contains("<b>") && text.html.contains("R&amp;D"),
                    "{}",
                    text.html
                );
                assert!(text.subject.contains("东区") || kind == Kind::Password);
            }
        }
    }
}
