//! Jobs: work that takes longer than a request, how far it is, and what became of it.

use crate::record::Rules;
use crate::{Id, Instant};

choice! {
    JobStatus {
        Queued "queued" "排队中" "Queued",
        Running "running" "进行中" "Running",
        Done "done" "已完成" "Done",
        Failed "failed" "失败" "Failed",
        Cancelled "cancelled" "已取消" "Cancelled",
    }
}

impl JobStatus {
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

choice! {
    /// What there is to do.
    Work {
        Import "import" "导入" "Import",
        Export "export" "导出" "Export",
        HandOver "hand_over" "工作交接" "Hand-over",
        Fill "fill" "填写字段" "Field values",
        Undo "undo" "撤销更改" "Undo",
        Bulk "bulk" "批量修改" "Bulk change",
    }
}

impl Work {
    /// Whether it goes on where it was when its server stopped. A file that was half taken is not taken from its middle.
    pub fn resumes(self) -> bool {
        self != Self::Import
    }
}

record! {
    /// Something under way in the background. Everything about it is set by the actions that begin and end it.
    Job JobPatch "job" "jobs" "后台任务" "Job" Owned title "name" {
        name: String = [SORT FILTER READONLY] "对象" "About" max(200),
        work: Work = [FILTER READONLY] "类型" "Type",
        subject_id: Option<Id> = [FILTER READONLY] "对象 ID" "Subject ID",
        status: JobStatus = [FILTER READONLY] "状态" "Status",
        wanted: serde_json::Value = [READONLY] "参数" "Parameters",
        progress: serde_json::Value = [READONLY] "进度" "Progress",
        error: Option<serde_json::Value> = [READONLY] "失败原因" "Cause of failure",
        finished_at: Option<Instant> = [SORT FILTER READONLY] "完成时间" "Finished",
    } with {
        usual(Usual::Work) work() columns(&["name", "work", "status", "finished_at"])
    }
}

impl Rules for Job {}
