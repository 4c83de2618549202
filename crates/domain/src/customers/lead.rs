//! Leads: people and firms that may become customers, until they are converted or disqualified.

use crate::error::{Error, Issue, Issues};
use crate::record::Rules;
use crate::value::{Email, Phone, Url};
use crate::{Id, Instant};

choice! {
    LeadStatus {
        New "new" "新线索" "New",
        Contacted "contacted" "已联系" "Contacted",
        Qualified "qualified" "有效" "Qualified",
        Converted "converted" "已转化" "Converted",
        Disqualified "disqualified" "无效" "Disqualified",
    }
}

record! {
    /// A person or firm that may become a customer.
    Lead LeadPatch "lead" "leads" "线索" "Lead" Owned title "name" {
        name: String = [SORT FILTER SEARCH IMPORT] "姓名" "Name",
        number: Option<String> = [SORT FILTER SEARCH READONLY] "线索编号" "Number" max(60) if_set(),
        company: Option<String> = [SORT FILTER SEARCH IMPORT] "公司" "Company",
        title: Option<String> = [FILTER SEARCH IMPORT] "职务" "Job title" max(100),
        phone: Option<Phone> = [FILTER SEARCH IMPORT PERSONAL] "电话" "Phone" max(40),
        email: Option<Email> = [FILTER SEARCH IMPORT PERSONAL] "邮箱" "Email" max(254),
        website: Option<Url> = [FILTER SEARCH IMPORT] "网站" "Website" max(500),
        source: Option<String> = [FILTER IMPORT] "来源" "Source" picklist("source") max(100),
        status: LeadStatus = [FILTER IMPORT] "状态" "Status",
        disqualified_reason: Option<String> = [FILTER IMPORT] "无效原因" "Disqualification reason" picklist("disqualified_reason") if_set(),
        level: Option<String> = [FILTER IMPORT] "级别" "Level" picklist("lead_level") max(60),
        score: Option<i64> = [SORT FILTER IMPORT] "评分" "Score" range(0, 1000),
        industry: Option<String> = [FILTER SEARCH IMPORT] "行业" "Industry" picklist("industry") max(100),
        region: Option<String> = [FILTER SEARCH IMPORT] "地区" "Region" picklist("region") max(100),
        tags: Vec<String> = [FILTER IMPORT] "标签" "Tags" max(60),
        next_follow_up_at: Option<Instant> = [SORT FILTER IMPORT] "下次跟进" "Next follow-up",
        last_activity_at: Option<Instant> = [SORT FILTER READONLY] "最近跟进" "Last activity",
        converted_at: Option<Instant> = [FILTER READONLY] "转化时间" "Converted at" if_set(),
        customer_id: Option<Id> = [FILTER READONLY] "转化后的客户" "Converted customer" refers("customer") kept() if_set(),
        contact_id: Option<Id> = [FILTER READONLY] "转化后的联系人" "Converted contact" refers("contact") kept() if_set(),
        opportunity_id: Option<Id> = [FILTER READONLY] "转化后的商机" "Converted opportunity" refers("opportunity") kept() if_set(),
        description: Option<String> = [SEARCH IMPORT] "备注" "Description" long(10_000),
    } with {
        usual(Usual::Work) wire() verbs(&[Action::Convert, Action::Merge]) alike(&[("name", Called::Person), ("company", Called::Firm)])
        import(&["email", "phone", "company"])
        import_extra(&[
            Extra::new("first_name", "名", "First name", "name"),
            Extra::new("last_name", "姓", "Last name", "name"),
        ])
        searched(3) timeline() closed(&["converted", "disqualified"]) page() icon("lead")
        columns(&["name", "company", "status", "level", "source", "phone", "owner_id", "next_follow_up_at"])
        form(&["name", "company", "phone", "email", "source", "owner_id"])
        groups(&[
            (BASICS, &[
                "name", "number", "company", "title", "status", "disqualified_reason", "level", "score", "source",
                "owner_id", "tags",
            ]),
            (CONTACT, &["phone", "email", "website", "region", "industry"]),
            (FOLLOW_UP, &["next_follow_up_at", "last_activity_at"]),
        ])
    }
}

impl Rules for Lead {
    fn number(&mut self) -> Option<&mut Option<String>> {
        Some(&mut self.number)
    }

    fn check(&self, old: Option<&Self>, issues: &mut Issues) {
        let was = old.map(|l| l.status);
        if self.status == LeadStatus::Converted && was != Some(LeadStatus::Converted) {
            issues.add(Issue::at("status", "use_convert"));
        }
        if was == Some(LeadStatus::Converted) && self.status != LeadStatus::Converted {
            issues.add(Issue::at("status", "already_converted"));
        }
        if self.status == LeadStatus::Disqualified && self.disqualified_reason.is_none() {
            issues.add(Issue::at("disqualified_reason", "reason_required"));
        }
    }
}

/// What a lead became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    pub customer: Id,
    pub contact: Option<Id>,
    pub opportunity: Option<Id>,
    pub at: Instant,
}

impl Lead {
    /// Refused when the lead was converted or disqualified before.
    pub fn check_convertible(&self) -> Result<(), Error> {
        match self.status {
            LeadStatus::Converted => Err(Error::Conflict(Issue::at("status", "already_converted"))),
            LeadStatus::Disqualified => Err(Error::Conflict(Issue::at("status", "lead_disqualified"))),
            _ => Ok(()),
        }
    }

    pub fn converted(&self, to: Conversion) -> Result<Self, Error> {
        self.check_convertible()?;
        Ok(Self {
            status: LeadStatus::Converted,
            converted_at: Some(to.at),
            customer_id: Some(to.customer),
            contact_id: to.contact,
            opportunity_id: to.opportunity,
            next_follow_up_at: None,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Birth, Patch, Record};
    use serde_json::json;

    fn lead(body: serde_json::Value) -> Result<Lead, Error> {
        let serde_json::Value::Object(map) = body else {
            panic!("an object")
        };
        Lead::create(LeadPatch::parse(map, true)?, Birth::new(None))
    }

    #[test]
    fn all_wrong_fields_are_reported_together() {
        let Err(Error::Invalid(issues)) =
            lead(json!({"email": "x", "status": "won", "score": 1001, "colour": "red", "converted_at": null}))
        else {
            panic!("refused")
        };
        let mut codes: Vec<_> = issues.iter().map(|i| (i.pointer.as_str(), i.code)).collect();
        codes.sort_unstable();
        assert_eq!(
            codes,
            [
                ("/colour", "unknown_field"),
                ("/converted_at", "read_only"),
                ("/email", "invalid_email"),
                ("/name", "required"),
                ("/score", "out_of_range"),
                ("/status", "unknown_choice"),
            ]
        );
        assert!(matches!(lead(json!({})), Err(Error::Invalid(i)) if i[0].code == "required"));
    }

    #[test]
    fn a_lead_is_converted_only_once_and_only_by_conversion() {
        assert!(lead(json!({"name": "李雷", "status": "converted"})).is_err());
        let lead = lead(json!({"name": "李雷"})).expect("valid");
        let to = Conversion {
            customer: Id::now_v7(),
            contact: None,
            opportunity: None,
            at: Instant::now(),
        };
        let done = lead.converted(to).expect("first time");
        assert_eq!(done.status, LeadStatus::Converted);
        assert!(matches!(done.converted(to), Err(Error::Conflict(i)) if i.code == "already_converted"));
        let back = LeadPatch {
            status: Some(LeadStatus::New),
            ..Default::default()
        };
        assert!(done.apply(back, Instant::now()).is_err());
    }

    #[test]
    fn disqualifying_needs_a_reason() {
        assert!(lead(json!({"name": "a", "status": "disqualified"})).is_err());
        assert!(lead(json!({"name": "a", "status": "disqualified", "disqualified_reason": "预算不足"})).is_ok());
    }
}
