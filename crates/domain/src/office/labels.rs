//! Texts that a firm writes in the languages of its people.

use crate::error::{Issue, Issues};

json_field! {
    /// One text in Chinese, English or both.
    Labels(LabelTexts)
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelTexts {
    #[serde(rename = "zh-CN", default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl LabelTexts {
    /// In Chinese and English; where one is missing, the other stands for it.
    pub fn both(&self) -> Option<[String; 2]> {
        let zh = self.zh.as_ref().or(self.en.as_ref())?;
        let en = self.en.as_ref().or(self.zh.as_ref())?;
        Some([zh.clone(), en.clone()])
    }

    /// Adds what cannot be shown.
    pub fn check(&self, place: &str, most: usize, issues: &mut Issues) {
        for (language, text) in [("zh-CN", &self.zh), ("en", &self.en)] {
            let Some(text) = text else { continue };
            let place = format!("{place}/{language}");
            if text.trim().is_empty() {
                issues.add(Issue::new(place, "required"));
            } else if text.chars().count() > most {
                issues.add(Issue::new(place, "too_long").with("max", most));
            } else if text.contains(char::is_control) {
                issues.add(Issue::new(place, "control_character"));
            }
        }
    }
}

/// The longest name of a kind, a field or a value of a choice.
pub const MOST: usize = 60;

impl Labels {
    pub fn both(&self) -> [String; 2] {
        self.0.both().unwrap_or_default()
    }

    /// Adds what is no name.
    pub fn check(&self, place: &str, issues: &mut Issues) {
        if self.0.both().is_none() {
            issues.add(Issue::new(place, "required"));
        }
        self.0.check(place, MOST, issues);
    }
}
