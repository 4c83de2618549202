//! Fields that the firm adds to the kinds it has made.

use crate::error::{Issue, Issues};
use crate::kinds::{self, MadeField, MadeType};
use crate::record::Rules;
use serde::{Deserialize, Serialize};

choice! {
    /// What a field holds.
    CustomFieldType {
        Text "text" "文本" "Text",
        LongText "long_text" "多行文本" "Long text",
        Email "email" "邮箱" "Email",
        Phone "phone" "电话" "Phone",
        Url "url" "网址" "Web address",
        Integer "integer" "整数" "Whole number",
        Boolean "boolean" "是/否" "Yes or no",
        Day "day" "日期" "Date",
        Instant "instant" "日期时间" "Date and time",
        Money "money" "金额" "Amount",
        Choice "choice" "单选" "Choice",
        Tags "tags" "标签" "Tags",
    }
}

/// One value to choose. `value` is what records store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomChoice {
    pub value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_en: Option<String>,
}

json_field! {
    /// What a choice offers, in this order.
    CustomChoices(Vec<CustomChoice>)
}

/// The most values of a choice.
const MOST_CHOICES: usize = 500;

record! {
    /// A field of a kind that the firm has made.
    CustomField CustomFieldPatch "custom_field" "custom_fields" "自定义字段" "Custom field" Shared title "label" {
        kind: String = [SORT FILTER FIXED] "对象" "Kind" max(40),
        name: String = [SORT FILTER FIXED] "标识" "Name in the API" max(40),
        label: String = [SORT FILTER SEARCH] "名称" "Name" max(60),
        label_en: Option<String> = [] "英文名称" "English name" max(60),
        field_type: CustomFieldType = [FIXED] "类型" "Type",
        required: bool = [] "必填" "Required",
        searched: bool = [] "可搜索" "Searched",
        choices: CustomChoices = [] "可选值" "Choices",
        position: Option<i64> = [SORT] "顺序" "Order" range(0, 1_000_000),
    } with {
        usual(Usual::Settings) about_rights() unique(&[&["kind", "name"]])
        columns(&["label", "kind", "field_type", "updated_at"])
        form(&["label", "kind", "name", "label_en", "field_type", "required", "searched", "choices", "position"])
    }
}

impl Rules for CustomField {
    fn check(&self, _: Option<&Self>, issues: &mut Issues) {
        if !kinds::is_name(&self.name) {
            issues.add(Issue::at("name", "custom_field_name"));
        } else if kinds::is_everywhere(&self.name) {
            issues.add(Issue::at("name", "duplicate").with("field", &self.name));
        }
        let choices = &self.choices.0;
        if self.field_type == CustomFieldType::Choice && choices.is_empty() {
            issues.add(Issue::at("choices", "required"));
        }
        if choices.len() > MOST_CHOICES {
            issues.add(Issue::at("choices", "too_many").with("max", MOST_CHOICES));
        }
        for (i, choice) in choices.iter().enumerate() {
            let mut texts = [Some(&choice.value), choice.label.as_ref(), choice.label_en.as_ref()].into_iter();
            let fit = |text: &String| {
                !text.trim().is_empty() && text.chars().count() <= 100 && !text.contains(char::is_control)
            };
            if !texts.all(|text| text.is_none_or(fit)) {
                issues.add(Issue::new(format!("/choices/{i}"), "custom_choice"));
            }
            if choices[..i].iter().any(|other| other.value == choice.value) {
                issues.add(Issue::new(format!("/choices/{i}/value"), "duplicate_value").with("value", &choice.value));
            }
        }
        if self.searched && !self.is_text() {
            issues.add(Issue::at("searched", "custom_field_not_text"));
        }
    }
}

impl CustomField {
    fn is_text(&self) -> bool {
        use CustomFieldType::{Email, LongText, Phone, Text, Url};
        matches!(self.field_type, Text | LongText | Email | Phone | Url)
    }

    /// The field as its kind has it.
    pub fn made(&self) -> MadeField {
        let choice = |choice: &CustomChoice| {
            let zh = choice.label.as_ref().unwrap_or(&choice.value);
            [
                choice.value.clone(),
                zh.clone(),
                choice.label_en.as_ref().unwrap_or(zh).clone(),
            ]
        };
        MadeField {
            name: self.name.clone(),
            label_zh: self.label.clone(),
            label_en: self.label_en.clone().unwrap_or_else(|| self.label.clone()),
            required: self.required,
            searched: self.searched,
            ty: match self.field_type {
                CustomFieldType::Text => MadeType::Text,
                CustomFieldType::LongText => MadeType::LongText,
                CustomFieldType::Email => MadeType::Email,
                CustomFieldType::Phone => MadeType::Phone,
                CustomFieldType::Url => MadeType::Url,
                CustomFieldType::Integer => MadeType::Integer,
                CustomFieldType::Boolean => MadeType::Boolean,
                CustomFieldType::Day => MadeType::Day,
                CustomFieldType::Instant => MadeType::Instant,
                CustomFieldType::Money => MadeType::Money,
                CustomFieldType::Tags => MadeType::Tags,
                CustomFieldType::Choice => MadeType::Choice(self.choices.0.iter().map(choice).collect()),
            },
        }
    }
}
