//! Addresses of people and firms as types: e-mail, telephone, web. Each knows its form.

use super::value::{Corrupt, FieldType, Row, Storage, Type, Val, one_column, text};
use crate::error::Issue;
use crate::record::Field;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A text type with a form of its own.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $ty:expr, $code:literal, $form:path, |$s:ident| $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn new(text: &str) -> Option<Self> {
                let text = $form(text.trim());
                let $s: &str = text.as_ref();
                ($valid).then(|| Self($s.to_owned()))
            }
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        one_column!($name, $ty, Text, put: |v| v.0.clone(), take: |t| Ok(Self(t)), parse: |json, field| {
            let value = text(json, field)?;
            Self::new(&value).ok_or_else(|| Issue::at(field.name, $code))
        });
    };
}

text_type!(
    /// An e-mail address (the common form of RFC 5321: no quoted local part, no address literal).
    /// Kept as it compares: however it is typed, it is the same mailbox.
    Email, Type::Email, "invalid_email", address, |s| is_email(s)
);
text_type!(
    /// A telephone number as a person writes it: digits with `+ - ( ) . /`, blanks and an extension.
    Phone, Type::Phone, "invalid_phone", std::convert::identity, |s| is_phone(s)
);
text_type!(
    /// A web address: `http` or `https`, or a bare host such as `www.example.cn/about`.
    Url, Type::Url, "invalid_url", std::convert::identity, |s| is_url(s)
);

/// The link that calls a number (RFC 3966): digits alone, the extension as its parameter. Of `+49 (0)221` the nought is not dialled.
pub fn tel(phone: &str) -> String {
    let (main, extension) = match phone.find(|c: char| c == '#' || c.is_alphabetic()) {
        Some(at) => phone.split_at(at),
        None => (phone, ""),
    };
    let main = main.trim_start_matches([' ', '(']);
    let international = main.starts_with('+');
    let main = if international {
        main.replace("(0)", "")
    } else {
        main.to_owned()
    };
    let dialled = |text: &str| -> String {
        let kept = text.chars().filter(|c| c.is_ascii_digit() || *c == '*');
        kept.collect()
    };
    let (plus, digits, extension) = (if international { "+" } else { "" }, dialled(&main), dialled(extension));
    match extension.as_str() {
        "" => format!("tel:{plus}{digits}"),
        extension => format!("tel:{plus}{digits};ext={extension}"),
    }
}

fn is_host(host: &str) -> bool {
    host.len() <= 253
        && host.contains('.')
        && host.split('.').all(|label| {
            (1..=63).contains(&label.chars().count())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c == '-' || c.is_alphanumeric())
        })
}

/// The one spelling of an e-mail address, or of a part of one: no mail server in use tells two by their case, and a full-width
/// letter is a slip of the input method.
pub fn address(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.trim().chars().map(half).flat_map(char::to_lowercase).collect()
}

fn is_email(s: &str) -> bool {
    let Some((local, host)) = s.rsplit_once('@') else {
        return false;
    };
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    (1..=64).contains(&local.len())
        && local.chars().all(plain)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && is_host(host)
}

fn is_phone(s: &str) -> bool {
    let digits = s.chars().filter(char::is_ascii_digit).count();
    let allowed = |c: char| c.is_ascii_digit() || " +-().,/#*xext转分机".contains(c);
    (3..=24).contains(&digits) && s.chars().count() <= 40 && s.to_lowercase().chars().all(allowed)
}

fn is_url(s: &str) -> bool {
    let rest = match s.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => rest,
        Some(_) => return false,
        None => s,
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = host.split_once(':').unwrap_or((host, "80"));
    is_host(host) && port.parse::<u16>().is_ok() && !s.chars().any(|c| c.is_whitespace() || "<>\"".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn emails_phones_and_urls() {
        for good in ["a@b.cn", "li.lei+crm@sub.example.com", "李雷@例子.中国"] {
            assert!(Email::new(good).is_some(), "{good}");
        }
        for bad in [
            "", "a", "a@b", "@b.cn", "a@b..cn", "a b@c.cn", "a@-b.cn", "a@b.cn>", ".a@b.cn",
        ] {
            assert!(Email::new(bad).is_none(), "{bad}");
        }
        for good in ["13800138000", "+86 138-0013-8000", "(021) 6234 5678 转 801", "110"] {
            assert!(Phone::new(good).is_some(), "{good}");
        }
        for bad in ["12", "call me", "1;DROP", "+", "=1+2+3"] {
            assert!(Phone::new(bad).is_none(), "{bad}");
        }
        for good in ["https://例子.中国/a?b=1", "www.example.com", "http://x.cn:8080"] {
            assert!(Url::new(good).is_some(), "{good}");
        }
        for bad in [
            "javascript://a.b/alert(1)",
            "javascript:alert(1)",
            "x",
            "http://a b.cn",
            "ftp://a.cn",
        ] {
            assert!(Url::new(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn numbers_are_called_by_their_digits() {
        for (phone, link) in [
            ("138 0013 8000", "tel:13800138000"),
            ("+86 138-0013-8000", "tel:+8613800138000"),
            ("(+86) 10 6234 5678", "tel:+861062345678"),
            ("+49 (0)221 / 5550102", "tel:+492215550102"),
            ("(021) 6234 5678 转 801", "tel:02162345678;ext=801"),
            ("010-62345678 分机12", "tel:01062345678;ext=12"),
            ("+1 415-555-0100 ext. 8001", "tel:+14155550100;ext=8001"),
            ("415.555.0100x12", "tel:4155550100;ext=12"),
            ("4155550100 #7", "tel:4155550100;ext=7"),
            ("*72 5550100", "tel:*725550100"),
            ("110", "tel:110"),
        ] {
            assert!(Phone::new(phone).is_some(), "{phone}");
            assert_eq!(tel(phone), link, "{phone}");
        }
    }

    proptest! {
        #[test]
        fn checks_never_panic(s in "\\PC*") {
            let _ = (Email::new(&s), Phone::new(&s), Url::new(&s));
        }
    }
}
