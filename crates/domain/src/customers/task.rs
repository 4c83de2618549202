//! Tasks: what somebody is to do until when.

use crate::record::Rules;
use crate::{Id, Instant};

choice! {
    TaskStatus { Open "open" "待办" "Open", Done "done" "已完成" "Done" }
}

choice! {
    TaskPriority { Normal "normal" "普通" "Normal", High "high" "高" "High", Low "low" "低" "Low" }
}

record! {
    /// Something to do. The owner is who does it.
    Task TaskPatch "task" "tasks" "任务" "Task" Owned title "subject" {
        subject: String = [SORT FILTER SEARCH IMPORT] "任务" "Task",
        status: TaskStatus = [FILTER IMPORT] "状态" "Status",
        priority: TaskPriority = [FILTER IMPORT] "优先级" "Priority",
        due_at: Option<Instant> = [SORT FILTER IMPORT] "截止时间" "Due",
        done_at: Option<Instant> = [SORT FILTER READONLY] "完成时间" "Done at",
        customer_id: Option<Id> = [FILTER PARENT] "客户" "Customer" refers("customer") kept(),
        contact_id: Option<Id> = [FILTER PARENT] "联系人" "Contact" refers("contact") kept(),
        lead_id: Option<Id> = [FILTER PARENT] "线索" "Lead" refers("lead") kept(),
        opportunity_id: Option<Id> = [FILTER PARENT] "商机" "Opportunity" refers("opportunity") kept(),
        description: Option<String> = [SEARCH IMPORT] "说明" "Description" long(10_000),
    } with {
        usual(Usual::Work) wire() searched(5) closed(&["done"]) icon("tasks")
        columns(&["subject", "due_at", "priority", "status", "owner_id"])
        form(&["subject", "due_at", "priority", "owner_id"])
    }
}

impl Rules for Task {
    /// The time of completion follows the status.
    fn complete(&mut self, now: Instant) {
        match self.status {
            TaskStatus::Done => {
                self.done_at.get_or_insert(now);
            }
            TaskStatus::Open => self.done_at = None,
        }
    }
}
