//! Texts in the two languages of the product.

use serde::{Deserialize, Serialize};

/// One text in both languages. Declared beside what it names, so that neither can be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    pub zh: &'static str,
    pub en: &'static str,
}

impl Label {
    pub const fn new(zh: &'static str, en: &'static str) -> Self {
        Self { zh, en }
    }

    pub fn get(self, locale: Locale) -> &'static str {
        match locale {
            Locale::Zh => self.zh,
            Locale::En => self.en,
        }
    }

    /// Within a sentence.
    pub fn within(self, locale: Locale) -> String {
        locale.within(self.get(locale))
    }
}

/// A language a person reads Guanxi in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Locale {
    #[default]
    #[serde(rename = "zh-CN")]
    Zh,
    #[serde(rename = "en")]
    En,
}

impl Locale {
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// A name within a sentence: English nouns lose their capital, but not names such as API or WeChat.
    pub fn within(self, name: &str) -> String {
        match self {
            Self::Zh => name.to_owned(),
            Self::En => {
                let proper = |word: &str| word.chars().filter(|c| c.is_uppercase()).count() > 1;
                let words = name
                    .split(' ')
                    .map(|w| if proper(w) { w.to_owned() } else { w.to_lowercase() });
                words.collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// The language of a tag such as `zh`, `zh-TW` or `en-GB`; none for other languages.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next().unwrap_or_default() {
            t if t.eq_ignore_ascii_case("zh") => Some(Self::Zh),
            t if t.eq_ignore_ascii_case("en") => Some(Self::En),
            _ => None,
        }
    }

    /// The best match for an `Accept-Language` header (RFC 9110, 12.5.4); none when neither language is wanted.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for part in header.split(',') {
            let mut pieces = part.trim().split(';');
            let Some(locale) = pieces.next().and_then(|t| Self::from_tag(t.trim())) else {
                continue;
            };
            let weight = pieces
                .find_map(|p| p.trim().strip_prefix("q=")?.parse::<f32>().ok())
                .unwrap_or(1.0);
            if weight > 0.0 && best.is_none_or(|(w, _)| weight > w) {
                best = Some((weight, locale));
            }
        }
        best.map(|(_, locale)| locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_known_language_wins() {
        let pick = Locale::from_accept_language;
        assert_eq!(pick("fr, en;q=0.5, zh-CN;q=0.8"), Some(Locale::Zh));
        assert_eq!(pick("en-GB,en;q=0.9"), Some(Locale::En));
        assert_eq!(pick("zh;q=0, en;q=0.1"), Some(Locale::En));
        assert_eq!(pick("fr"), None);
        assert_eq!(pick(";;q=,"), None);
    }
}
