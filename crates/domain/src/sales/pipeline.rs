//! Pipelines: the ways a sale can take, each a row of stages.

use crate::record::Rules;

record! {
    /// A way a sale can take, from first interest to won or lost.
    Pipeline PipelinePatch "pipeline" "pipelines" "销售流程" "Pipeline" Shared title "name" {
        name: String = [SORT FILTER SEARCH IMPORT] "流程名称" "Name" max(100),
        position: i64 = [SORT FILTER] "顺序" "Position" range(0, 10_000) defaulted(),
        archived: bool = [FILTER] "已归档" "Archived",
    } with {
        usual(Usual::Settings) icon("pipeline")
    }
}

impl Rules for Pipeline {}
