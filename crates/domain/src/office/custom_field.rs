//! Fields that the firm adds to kinds, declared ones and its own.

use super::labels::{LabelTexts, Labels, MOST as MOST_LABEL};
use crate::error::{Issue, Issues};
use crate::kinds;
use crate::made::{MadeField, MadeType};
use crate::numbering_rule::{NumberingRule, Reset};
use crate::record::Rules;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

choice! {
    /// What a field holds.
    CustomFieldType {
        Text "text" "文本" "Text",
        LongText "long_text" "多行文本" "Long text",
        Integer "integer" "整数" "Whole number",
        Decimal "decimal" "小数" "Number",
        Percent "percent" "百分比" "Percentage",
        Money "money" "金额" "Amount",
        Day "day" "日期" "Date",
        Instant "instant" "日期时间" "Date and time",
        Boolean "boolean" "是/否" "Yes or no",
        Choice "choice" "单选" "Choice",
        Choices "choices" "多选" "Several choices",
        Tags "tags" "标签" "Tags",
        User "user" "用户" "User",
        Reference "reference" "关联一条记录" "Reference",
        References "references" "关联多条记录" "References",
        Email "email" "邮箱" "Email",
        Phone "phone" "电话" "Phone",
        Url "url" "网址" "Web address",
        AutoNumber "auto_number" "自动编号" "Automatic number",
        Formula "formula" "公式" "Formula",
    }
}

impl CustomFieldType {
    /// Whether a search looks at it where it is asked to.
    pub fn is_text(self) -> bool {
        matches!(
            self,
            Self::Text | Self::LongText | Self::Email | Self::Phone | Self::Url | Self::AutoNumber
        )
    }

    /// Whether one value of a list is held, or several.
    pub fn is_chosen(self) -> bool {
        matches!(self, Self::Choice | Self::Choices)
    }

    /// Whether it needs a kind to refer to.
    pub fn refers(self) -> bool {
        matches!(self, Self::Reference | Self::References)
    }

    /// Whether a field of this type may take another, if its values fit. What refers to records goes on referring to them, and what
    /// the server gives has never been said by anybody.
    pub fn may_become(self, other: Self) -> bool {
        match (self.refers(), other.refers()) {
            (_, true) => self.refers(),
            (..) => self == other || !(other.is_given() || other == Self::User),
        }
    }

    /// Whether the server gives its values, and nobody else.
    pub fn is_given(self) -> bool {
        matches!(self, Self::AutoNumber | Self::Formula)
    }

    pub fn may_be_unique(self) -> bool {
        use CustomFieldType::{Day, Decimal, Email, Instant, Integer, Phone, Reference, Text, Url, User};
        matches!(
            self,
            Text | Email | Phone | Url | Integer | Decimal | Day | Instant | User | Reference
        )
    }
}

/// One value to choose. `value` is what records store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomChoice {
    pub value: String,
    #[serde(default)]
    pub label: LabelTexts,
}

json_field! {
    /// What a choice offers, in this order.
    CustomChoices(Vec<CustomChoice>)
}

json_field! {
    /// What a new record has that does not name the field; null for nothing.
    CustomDefault(Option<Json>)
}

/// The most values of a choice.
const MOST_CHOICES: usize = 500;
/// The longest text that helps who fills in the field.
const MOST_HELP: usize = 500;

record! {
    /// A field that the firm has added to a kind.
    CustomField CustomFieldPatch "field" "fields" "自定义字段" "Custom field" Shared title "key" {
        kind: String = [SORT FILTER FIXED] "对象" "Kind" max(40),
        key: String = [SORT FILTER SEARCH FIXED] "标识" "Key" max(40),
        label: Labels = [] "名称" "Name",
        r#type: CustomFieldType = [FILTER] "类型" "Type",
        choices: CustomChoices = [] "可选值" "Choices",
        refers_to: Option<String> = [FIXED] "关联对象" "Refers to" max(40),
        pattern: Option<String> = [FIXED] "编号格式" "Pattern" max(60),
        formula: Option<String> = [] "公式" "Formula" long(1000),
        required: bool = [] "必填" "Required",
        unique: bool = [] "不可重复" "Unique" column("is_unique"),
        filterable: Option<bool> = [] "可筛选和排序" "Filtered and sorted by",
        searchable: bool = [] "可搜索" "Searched",
        default: CustomDefault = [] "默认值" "Default" column("default_value"),
        help: Labels = [] "填写说明" "Help",
        group: Labels = [] "分组" "Group" column("group_label"),
        order: Option<i64> = [SORT] "顺序" "Order" range(0, 1_000_000) column("position"),
    } with {
        usual(Usual::Settings) about_rights() unique(&[&["kind", "key"]])
        columns(&["key", "kind", "type", "updated_at"])
        form(&["kind", "key", "label", "type", "choices", "refers_to", "pattern", "formula", "required", "unique", "filterable", "searchable", "default", "help", "group", "order"])
    }
}

impl Rules for CustomField {
    fn check(&self, old: Option<&Self>, issues: &mut Issues) {
        if let Some(old) = old.filter(|old| !old.r#type.may_become(self.r#type)) {
            let issue = Issue::at("type", "type_cannot_become").with("from", old.r#type.key());
            issues.add(issue.with("to", self.r#type.key()));
        }
        self.label.check("/label", issues);
        self.help.0.check("/help", MOST_HELP, issues);
        self.group.0.check("/group", MOST_LABEL, issues);
        if !kinds::is_name(&self.key) {
            issues.add(Issue::at("key", "invalid_key"));
        }
        self.check_choices(issues);
        let refers = self.r#type.refers();
        match &self.refers_to {
            None if refers => issues.add(Issue::at("refers_to", "required")),
            Some(_) if !refers => issues.add(Issue::at("refers_to", "not_for_type").with("type", self.r#type.key())),
            _ => {}
        }
        self.check_given(issues);
        if self.searchable && !self.r#type.is_text() {
            issues.add(Issue::at("searchable", "not_for_type").with("type", self.r#type.key()));
        }
        if self.unique && !self.r#type.may_be_unique() && self.r#type != CustomFieldType::AutoNumber {
            issues.add(Issue::at("unique", "not_for_type").with("type", self.r#type.key()));
        }
        if self.default.0.is_some() && self.unique {
            issues.add(Issue::at("default", "default_of_unique"));
        }
    }
}

/// How records are numbered where nothing is said.
pub const USUAL_PATTERN: &str = "{00000}";

impl CustomField {
    /// What the server gives is asked of nobody, and has a pattern or a formula.
    fn check_given(&self, issues: &mut Issues) {
        let ty = self.r#type;
        let unfit = |field: &str| Issue::at(field, "not_for_type").with("type", ty.key());
        match (&self.pattern, ty) {
            (Some(pattern), CustomFieldType::AutoNumber) => {
                if let Err(issue) = NumberingRule::read_pattern(pattern, Reset::Never) {
                    issues.add(issue);
                }
            }
            (None, CustomFieldType::AutoNumber) => issues.add(Issue::at("pattern", "required")),
            (Some(_), _) => issues.add(unfit("pattern")),
            (None, _) => {}
        }
        match (&self.formula, ty) {
            (None, CustomFieldType::Formula) => issues.add(Issue::at("formula", "required")),
            (Some(_), ty) if ty != CustomFieldType::Formula => issues.add(unfit("formula")),
            // It is read where the other fields are known.
            _ => {}
        }
        if ty.is_given() && self.required {
            issues.add(unfit("required"));
        }
        if ty.is_given() && self.default.0.is_some() {
            issues.add(unfit("default"));
        }
    }

    fn check_choices(&self, issues: &mut Issues) {
        let choices = &self.choices.0;
        let chosen = self.r#type.is_chosen();
        if chosen && choices.is_empty() {
            issues.add(Issue::at("choices", "required"));
        }
        if !chosen && !choices.is_empty() {
            issues.add(Issue::at("choices", "not_for_type").with("type", self.r#type.key()));
        }
        if choices.len() > MOST_CHOICES {
            issues.add(Issue::at("choices", "too_many").with("max", MOST_CHOICES));
        }
        for (i, choice) in choices.iter().enumerate() {
            let place = format!("/choices/{i}");
            let value = &choice.value;
            if value.trim() != value || value.is_empty() {
                issues.add(Issue::new(format!("{place}/value"), "required"));
            } else if value.chars().count() > MOST_LABEL {
                issues.add(Issue::new(format!("{place}/value"), "too_long").with("max", MOST_LABEL));
            } else if value.contains(char::is_control) || value.contains(',') {
                issues.add(Issue::new(format!("{place}/value"), "custom_choice"));
            }
            choice.label.check(&format!("{place}/label"), MOST_LABEL, issues);
            if choices[..i].iter().any(|other| other.value == *value) {
                issues.add(Issue::new(format!("{place}/value"), "duplicate_value").with("value", value));
            }
        }
    }

    /// The field as its kind has it.
    pub fn made(&self) -> MadeField {
        let choices = || -> Vec<[String; 3]> {
            let choice = |choice: &CustomChoice| {
                let value = &choice.value;
                let [zh, en] = choice.label.both().unwrap_or_else(|| [value.clone(), value.clone()]);
                [value.clone(), zh, en]
            };
            self.choices.0.iter().map(choice).collect()
        };
        let kind = || self.refers_to.clone().unwrap_or_default();
        MadeField {
            id: self.id,
            kind: self.kind.clone(),
            key: self.key.clone(),
            label: self.label.both(),
            help: self.help.0.both(),
            group: self.group.0.both(),
            required: self.required,
            unique: self.unique || self.r#type == CustomFieldType::AutoNumber,
            filtered: self.filterable.unwrap_or(true),
            searched: self.searchable,
            default: self.default.0.as_ref().map(Json::to_string),
            ty: match self.r#type {
                CustomFieldType::Text => MadeType::Text,
                CustomFieldType::LongText => MadeType::LongText,
                CustomFieldType::Integer => MadeType::Integer,
                CustomFieldType::Decimal => MadeType::Decimal,
                CustomFieldType::Percent => MadeType::Percent,
                CustomFieldType::Money => MadeType::Money,
                CustomFieldType::Day => MadeType::Day,
                CustomFieldType::Instant => MadeType::Instant,
                CustomFieldType::Boolean => MadeType::Boolean,
                CustomFieldType::Choice => MadeType::Choice(choices()),
                CustomFieldType::Choices => MadeType::Choices(choices()),
                CustomFieldType::Tags => MadeType::Tags,
                CustomFieldType::User => MadeType::User,
                CustomFieldType::Reference => MadeType::Reference(kind()),
                CustomFieldType::References => MadeType::References(kind()),
                CustomFieldType::Email => MadeType::Email,
                CustomFieldType::Phone => MadeType::Phone,
                CustomFieldType::Url => MadeType::Url,
                CustomFieldType::AutoNumber => MadeType::AutoNumber(self.pattern.clone().unwrap_or_default()),
                CustomFieldType::Formula => MadeType::Formula(self.formula.clone().unwrap_or_default()),
            },
        }
    }
}
