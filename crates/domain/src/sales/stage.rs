//! Stages: the steps of a pipeline, and what a deal needs to enter one.

use crate::Id;
use crate::error::{Error, Issue, Issues};
use crate::opportunity::Opportunity;
use crate::policy::Fields;
use crate::record::{Record, Rules};

record! {
    /// A step of a pipeline.
    Stage StagePatch "stage" "stages" "销售阶段" "Stage" Shared title "name" {
        pipeline_id: Id = [FILTER FIXED] "销售流程" "Pipeline" refers("pipeline"),
        name: String = [SORT FILTER SEARCH] "阶段名称" "Name" max(100),
        position: i64 = [SORT FILTER] "顺序" "Position" range(0, 10_000) defaulted(),
        probability: i64 = [FILTER] "赢单概率（%）" "Probability (%)" range(0, 100) defaulted(),
        rotting_days: Option<i64> = [FILTER] "停滞提醒天数" "Rotting after days" range(1, 3650),
        required_fields: Vec<String> = [] "必填字段" "Required fields" max(60),
        allowed_from: Vec<String> = [] "允许从哪些阶段进入" "Can be entered from" max(36),
        exit_criteria: Option<String> = [] "阶段推进条件" "Exit criteria" long(2_000),
    } with {
        usual(Usual::Settings) icon("pipeline") form(&["name", "probability", "rotting_days"])
    }
}

impl Rules for Stage {
    fn check(&self, _old: Option<&Self>, issues: &mut Issues) {
        for name in &self.required_fields {
            if Opportunity::KIND.field(name).is_none() {
                issues.add(Issue::at("required_fields", "unknown_field").with("field", name));
            }
        }
        for id in &self.allowed_from {
            if crate::value::parse_id(id).is_none() {
                issues.add(Issue::at("allowed_from", "wrong_type").with("type", "id"));
            }
        }
    }
}

impl Stage {
    /// The stage with only those required fields that the caller sees. A hidden one must not hold them back: naming it would
    /// tell that it is empty, and they could not fill it in.
    pub fn with_visible_requirements(mut self, fields: &Fields) -> Self {
        self.required_fields.retain(|name| fields.sees(name));
        self
    }

    /// Whether a deal may enter this stage from another one: same pipeline, an allowed move, required fields filled.
    pub fn check_entry(&self, opportunity: &Opportunity) -> Result<(), Error> {
        let mut issues = Issues::default();
        if self.pipeline_id != opportunity.pipeline_id {
            issues.add(Issue::at("stage_id", "stage_of_other_pipeline"));
        }
        let from = opportunity.stage_id.to_string();
        if opportunity.stage_id != self.id && !self.allowed_from.is_empty() && !self.allowed_from.contains(&from) {
            issues.add(Issue::at("stage_id", "move_not_allowed").with("stage", &self.name));
        }
        let values = serde_json::to_value(opportunity.whole()).unwrap_or_default();
        for name in &self.required_fields {
            let value = &values[name];
            if value.is_null() || value.as_array().is_some_and(Vec::is_empty) {
                issues.add(Issue::at(name, "required_for_stage").with("stage", &self.name));
            }
        }
        issues.or(())
    }
}
