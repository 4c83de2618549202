//! Import jobs: a file that was handed in, how it is to be read, and what became of it.

use crate::job::JobStatus;
use crate::record::Rules;

use super::mapping::Guess;

json_field! {
    /// What each column is taken for.
    Guesses(Vec<Guess>)
}

json_field! {
    /// The first rows, as they stand.
    Samples(Vec<Vec<String>>)
}

record! {
    /// A file of records handed in for import. Everything about it is set by the actions on imports.
    Import ImportPatch "import" "imports" "导入任务" "Import" Owned title "file_name" {
        file_name: String = [SORT FILTER READONLY] "文件名" "File" max(255),
        kind: String = [FILTER READONLY] "记录类型" "Record kind" max(60),
        size: i64 = [READONLY] "文件大小" "File size" range(0, i64::MAX),
        status: JobStatus = [FILTER READONLY] "状态" "Status",
        dry_run: bool = [FILTER READONLY] "试运行" "Dry run",
        encoding: Option<String> = [READONLY] "编码" "Encoding" max(40),
        delimiter: Option<String> = [READONLY] "分隔符" "Delimiter" max(4),
        headers: Vec<String> = [READONLY] "列标题" "Column headers" max(1_000),
        samples: Samples = [READONLY] "前几行" "First rows",
        guesses: Guesses = [READONLY] "识别出的字段" "Fields guessed",
        mapping: serde_json::Value = [READONLY] "字段对应" "Mapping",
        value_map: serde_json::Value = [READONLY] "取值对应" "Value mapping",
        progress: serde_json::Value = [READONLY] "进度" "Progress",
        report: Option<serde_json::Value> = [READONLY] "结果" "Report",
        error: Option<serde_json::Value> = [READONLY] "失败原因" "Cause of failure",
        has_errors: bool = [FILTER READONLY] "有未导入的行" "Has rows in error",
        finished_at: Option<crate::Instant> = [SORT FILTER READONLY] "完成时间" "Finished",
    } with {
        usual(Usual::Work) work() columns(&["file_name", "kind", "status", "finished_at"])
    }
}

impl Rules for Import {}

impl Import {
    pub fn is_over(&self) -> bool {
        self.status.is_over()
    }
}
