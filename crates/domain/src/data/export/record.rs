//! The record of an export: what was asked for, and the file that came of it.

use crate::Instant;
use crate::job::JobStatus;
use crate::record::Rules;

choice! {
    /// What kind of file it is.
    ExportFormat {
        Csv "csv" "CSV" "CSV",
        Xlsx "xlsx" "Excel 工作簿" "Excel workbook",
        Jsonl "jsonl" "JSON Lines" "JSON Lines",
        Vcard "vcard" "vCard 名片" "vCard",
    }
}

impl ExportFormat {
    /// The type of the file, as HTTP names it.
    pub fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Jsonl => "application/jsonl",
            Self::Vcard => "text/vcard",
        }
    }

    /// How the names of such files end.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Vcard => "vcf",
            other => other.key(),
        }
    }
}

record! {
    /// A list of records as a file. Everything about it is set by the actions on exports; the job of the same id tells how it goes.
    Export ExportPatch "export" "exports" "导出任务" "Export" Owned title "file_name" {
        file_name: String = [SORT FILTER READONLY] "文件名" "File" max(255),
        kind: String = [FILTER READONLY] "记录类型" "Record kind" max(60),
        format: ExportFormat = [FILTER READONLY] "文件格式" "Format",
        encoding: Option<String> = [READONLY] "编码" "Encoding" max(40),
        wanted: serde_json::Value = [READONLY] "导出范围" "What was asked for",
        status: JobStatus = [FILTER READONLY] "状态" "Status",
        rows: Option<i64> = [READONLY] "行数" "Rows",
        size: Option<i64> = [READONLY] "文件大小" "File size",
        replaced: Option<i64> = [READONLY] "无法写入的字符数" "Characters replaced",
        doubtful: Option<i64> = [READONLY] "其他程序可能误读的字符数" "Characters that others may misread",
        error: Option<serde_json::Value> = [READONLY] "失败原因" "Cause of failure",
        finished_at: Option<Instant> = [SORT FILTER READONLY] "完成时间" "Finished",
    } with {
        usual(Usual::Work) work() columns(&["file_name", "kind", "rows", "status", "finished_at"])
    }
}

impl Rules for Export {}
