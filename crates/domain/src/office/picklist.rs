//! Picklists: the values that the firm offers for a field, such as industries or reasons lost.

use crate::error::{Issue, Issues};
use crate::record::Rules;
use serde::{Deserialize, Serialize};

/// One value to pick. `value` is what records store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PickOption {
    pub value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_zh: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_en: Option<String>,
    #[serde(default)]
    pub retired: bool,
}

json_field! {
    /// The values of a picklist, in the order they are offered.
    PickOptions(Vec<PickOption>)
}

record! {
    /// The values offered for a field.
    Picklist PicklistPatch "picklist" "picklists" "选项列表" "Picklist" Shared title "name" {
        key: String = [SORT FILTER FIXED] "标识" "Key" max(60),
        name: String = [SORT FILTER SEARCH] "名称" "Name" max(100),
        restricted: bool = [FILTER] "只允许列表中的值" "Only listed values",
        options: PickOptions = [] "选项" "Options",
    } with {
        usual(Usual::Settings) kept_along() unique(&[&["key"]])
    }
}

impl Rules for Picklist {
    fn check(&self, _old: Option<&Self>, issues: &mut Issues) {
        let options = &self.options.0;
        for (i, option) in options.iter().enumerate() {
            if option.value.trim().is_empty() || option.value.chars().count() > 100 || option.value.contains('\0') {
                issues.add(Issue::new(format!("/options/{i}/value"), "required"));
            }
            if options[..i].iter().any(|o| o.value == option.value) {
                issues.add(Issue::new(format!("/options/{i}/value"), "duplicate_value").with("value", &option.value));
            }
        }
        if options.len() > 2000 {
            issues.add(Issue::at("options", "too_many").with("max", 2000));
        }
    }
}

impl Picklist {
    pub fn offers(&self, value: &str) -> bool {
        self.options.0.iter().any(|o| o.value == value)
    }
}
