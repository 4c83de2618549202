//! Contacts: the people at a customer.

use crate::record::Rules;
use crate::value::{Email, Phone};
use crate::{Day, Id, Instant};

choice! {
    /// The part a contact plays when the customer decides.
    DecisionRole {
        Unknown "unknown" "未知" "Unknown",
        Decider "decider" "决策者" "Decider",
        Influencer "influencer" "影响者" "Influencer",
        User "user" "使用者" "User",
        Blocker "blocker" "反对者" "Blocker",
    }
}

record! {
    /// A person at a customer.
    Contact ContactPatch "contact" "contacts" "联系人" "Contact" Owned title "name" {
        name: String = [SORT FILTER SEARCH IMPORT] "姓名" "Name",
        customer_id: Option<Id> = [FILTER IMPORT PARENT] "客户" "Customer" refers("customer") kept(),
        title: Option<String> = [FILTER SEARCH IMPORT] "职务" "Job title" max(100),
        department: Option<String> = [FILTER SEARCH IMPORT] "部门" "Department" max(100),
        decision_role: DecisionRole = [FILTER IMPORT] "决策角色" "Role in decisions",
        reports_to_id: Option<Id> = [FILTER] "汇报对象" "Reports to" refers("contact") kept(),
        phone: Option<Phone> = [FILTER SEARCH IMPORT PERSONAL] "手机" "Mobile phone" max(40),
        office_phone: Option<Phone> = [FILTER SEARCH IMPORT PERSONAL] "办公电话" "Office phone" max(40),
        email: Option<Email> = [FILTER SEARCH IMPORT PERSONAL] "邮箱" "Email" max(254),
        wechat: Option<String> = [FILTER SEARCH IMPORT PERSONAL] "微信" "WeChat" max(60),
        birthday: Option<Day> = [FILTER IMPORT PERSONAL] "生日" "Birthday",
        do_not_contact: bool = [FILTER IMPORT] "请勿联系" "Do not contact",
        tags: Vec<String> = [FILTER IMPORT] "标签" "Tags" max(60),
        last_activity_at: Option<Instant> = [SORT FILTER READONLY] "最近跟进" "Last activity",
        description: Option<String> = [SEARCH IMPORT] "备注" "Description" long(10_000),
    } with {
        usual(Usual::Work) wire() verbs(&[Action::Merge]) alike(&[("name", Called::Person)])
        import(&["customer_id", "email", "phone"])
        import_extra(&[
            Extra::new("first_name", "名", "First name", "name"),
            Extra::new("last_name", "姓", "Last name", "name"),
        ])
        searched(2) timeline() page() icon("contact")
        columns(&["name", "customer_id", "title", "decision_role", "phone", "email", "owner_id"])
        form(&["name", "customer_id", "title", "phone", "email"])
        groups(&[
            (BASICS, &["name", "customer_id", "title", "department", "decision_role", "reports_to_id", "owner_id", "tags"]),
            (CONTACT, &["phone", "office_phone", "email", "wechat", "do_not_contact"]),
            (FOLLOW_UP, &["last_activity_at"]),
        ])
    }
}

impl Rules for Contact {
    fn check(&self, _old: Option<&Self>, issues: &mut crate::Issues) {
        if self.reports_to_id == Some(self.id) {
            issues.add(crate::Issue::at("reports_to_id", "own_parent"));
        }
    }
}
