//! Customers: firms and people we do or want to do business with.

use crate::error::{Issue, Issues};
use crate::record::Rules;
use crate::value::{Email, Phone, Url};
use crate::{Id, Instant, Money};

choice! {
    /// Whether the customer is a firm or a person.
    CustomerKind { Company "company" "企业" "Company", Person "person" "个人" "Person" }
}

choice! {
    /// Where the relationship stands.
    CustomerStatus {
        Potential "potential" "潜在" "Potential",
        Following "following" "跟进中" "Following",
        Interested "interested" "有意向" "Interested",
        Cooperating "cooperating" "合作中" "Cooperating",
        Inactive "inactive" "已停滞" "Inactive",
        Invalid "invalid" "无效" "Invalid",
    }
}

record! {
    /// A firm or person we do or want to do business with.
    Customer CustomerPatch "customer" "customers" "客户" "Customer" Owned title "name" {
        name: String = [SORT FILTER SEARCH IMPORT] "客户名称" "Name",
        number: Option<String> = [SORT FILTER SEARCH READONLY] "客户编号" "Number" max(60) if_set(),
        kind: CustomerKind = [FILTER IMPORT] "客户类型" "Type",
        status: CustomerStatus = [FILTER IMPORT] "状态" "Status",
        level: Option<String> = [FILTER IMPORT] "级别" "Level" picklist("customer_level") max(60),
        source: Option<String> = [FILTER IMPORT] "来源" "Source" picklist("source") max(100),
        industry: Option<String> = [FILTER SEARCH IMPORT] "行业" "Industry" picklist("industry") max(100),
        region: Option<String> = [FILTER SEARCH IMPORT] "地区" "Region" picklist("region") max(100),
        website: Option<Url> = [FILTER SEARCH IMPORT] "网站" "Website" max(500),
        phone: Option<Phone> = [FILTER SEARCH IMPORT PERSONAL] "电话" "Phone" max(40),
        email: Option<Email> = [FILTER SEARCH IMPORT PERSONAL] "邮箱" "Email" max(254),
        address: Option<String> = [SEARCH IMPORT PERSONAL] "地址" "Address" max(500),
        parent_id: Option<Id> = [FILTER IMPORT] "上级公司" "Parent company" refers("customer") kept(),
        annual_revenue: Option<Money> = [SORT FILTER IMPORT] "年营业额" "Annual revenue" range(0, i64::MAX),
        employees: Option<i64> = [FILTER IMPORT] "员工人数" "Employees" range(0, 100_000_000),
        tags: Vec<String> = [FILTER IMPORT] "标签" "Tags" max(60),
        next_follow_up_at: Option<Instant> = [SORT FILTER IMPORT] "下次跟进" "Next follow-up",
        last_activity_at: Option<Instant> = [SORT FILTER READONLY] "最近跟进" "Last activity",
        description: Option<String> = [SEARCH IMPORT] "备注" "Description" long(10_000),
    } with {
        usual(Usual::Work) wire() verbs(&[Action::Merge]) alike(&[("name", Called::Firm)])
        import(&[])
        searched(1) timeline() page() icon("customer")
        columns(&["name", "status", "level", "industry", "owner_id", "phone", "last_activity_at", "next_follow_up_at"])
        form(&["name", "kind", "status", "industry", "phone", "owner_id"])
        groups(&[
            (BASICS, &["name", "number", "kind", "status", "level", "industry", "source", "region", "owner_id", "tags"]),
            (CONTACT, &["phone", "email", "website", "address"]),
            (FOLLOW_UP, &["next_follow_up_at", "last_activity_at"]),
            (Label::new("企业信息", "Company"), &["parent_id", "annual_revenue", "employees", "description"]),
        ])
    }
}

impl Rules for Customer {
    fn number(&mut self) -> Option<&mut Option<String>> {
        Some(&mut self.number)
    }

    fn check(&self, _old: Option<&Self>, issues: &mut Issues) {
        if self.parent_id == Some(self.id) {
            issues.add(Issue::at("parent_id", "own_parent"));
        }
    }
}
