//! Activities: what happened with a customer: calls, visits, e-mails, meetings and notes.

use crate::error::{Issue, Issues};
use crate::record::Rules;
use crate::{Id, Instant};

choice! {
    ActivityKind {
        Note "note" "备注" "Note",
        Call "call" "电话" "Call",
        Visit "visit" "拜访" "Visit",
        Email "email" "邮件" "Email",
        Meeting "meeting" "会议" "Meeting",
    }
}

record! {
    /// Something that happened with a customer, contact, lead or opportunity.
    Activity ActivityPatch "activity" "activities" "跟进记录" "Activity" Owned title "subject" {
        kind: ActivityKind = [FILTER IMPORT] "类型" "Type",
        subject: Option<String> = [FILTER SEARCH IMPORT] "主题" "Subject",
        body: Option<String> = [SEARCH IMPORT] "内容" "Content" long(20_000),
        happened_at: Option<Instant> = [SORT FILTER IMPORT] "发生时间" "Happened at",
        duration_minutes: Option<i64> = [FILTER IMPORT] "时长（分钟）" "Duration (minutes)" range(0, 100_000),
        outcome: Option<String> = [FILTER IMPORT] "结果" "Outcome" max(500),
        next_step: Option<String> = [FILTER IMPORT] "下一步" "Next step" max(500),
        next_follow_up_at: Option<Instant> = [FILTER] "下次跟进" "Next follow-up",
        customer_id: Option<Id> = [FILTER PARENT] "客户" "Customer" refers("customer") kept(),
        contact_id: Option<Id> = [FILTER PARENT] "联系人" "Contact" refers("contact") kept(),
        lead_id: Option<Id> = [FILTER PARENT] "线索" "Lead" refers("lead") kept(),
        opportunity_id: Option<Id> = [FILTER PARENT] "商机" "Opportunity" refers("opportunity") kept(),
    } with {
        usual(Usual::Work) wire() searched(6)
    }
}

impl Rules for Activity {
    fn check(&self, _old: Option<&Self>, issues: &mut Issues) {
        if self.subject.is_none() && self.body.is_none() {
            issues.add(Issue::at("subject", "subject_or_body"));
        }
    }

    fn complete(&mut self, now: Instant) {
        self.happened_at.get_or_insert(now);
    }
}
