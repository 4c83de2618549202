//! Opportunities: possible sales on their way through a pipeline.

use crate::error::{Error, Issue, Issues};
use crate::opportunity_line::Lines;
use crate::record::Rules;
use crate::stage::Stage;
use crate::{Day, Id, Instant, Money};

choice! {
    OpportunityStatus { Open "open" "进行中" "Open", Won "won" "赢单" "Won", Lost "lost" "输单" "Lost" }
}

choice! {
    /// How sure the owner is, for the forecast.
    ForecastCategory {
        Pipeline "pipeline" "储备" "Pipeline",
        BestCase "best_case" "争取" "Best case",
        Commit "commit" "承诺" "Commit",
        Omitted "omitted" "不计入" "Omitted",
    }
}

record! {
    /// A possible sale.
    Opportunity OpportunityPatch "opportunity" "opportunities" "商机" "Opportunity" Owned title "name" {
        name: String = [SORT FILTER SEARCH IMPORT] "商机名称" "Name",
        number: Option<String> = [SORT FILTER SEARCH READONLY] "商机编号" "Number" max(60) if_set(),
        customer_id: Option<Id> = [FILTER IMPORT PARENT] "客户" "Customer" refers("customer") kept(),
        contact_id: Option<Id> = [FILTER] "主要联系人" "Main contact" refers("contact") kept(),
        pipeline_id: Id = [FILTER IMPORT FIXED] "销售流程" "Pipeline" refers("pipeline") defaulted() aside(),
        stage_id: Id = [FILTER IMPORT] "销售阶段" "Stage" refers("stage") defaulted() aside(),
        stage_entered_at: Option<Instant> = [FILTER READONLY] "进入阶段时间" "In stage since" aside(),
        status: OpportunityStatus = [FILTER READONLY IMPORT] "状态" "Status" aside(),
        amount: Option<Money> = [SORT FILTER IMPORT] "金额" "Amount" range(0, i64::MAX),
        lines: Lines = [] "产品明细" "Product lines" determines("amount") aside(),
        forecast_category: ForecastCategory = [FILTER IMPORT] "预测类别" "Forecast category",
        started_on: Option<Day> = [FILTER IMPORT] "开始日期" "Started on",
        close_on: Option<Day> = [SORT FILTER IMPORT] "预计成交日期" "Expected close",
        closed_at: Option<Instant> = [SORT FILTER READONLY] "关闭时间" "Closed at" if_set(),
        loss_reason: Option<String> = [FILTER READONLY IMPORT] "输单原因" "Loss reason" picklist("loss_reason") if_set(),
        competitor_ids: Vec<Id> = [FILTER IMPORT] "竞争对手" "Competitors" refers("competitor") clear() asked_when("lost"),
        source: Option<String> = [FILTER IMPORT] "来源" "Source" picklist("source") max(100),
        next_step: Option<String> = [FILTER IMPORT] "下一步" "Next step" max(500),
        next_follow_up_at: Option<Instant> = [SORT FILTER IMPORT] "下次跟进" "Next follow-up",
        last_activity_at: Option<Instant> = [SORT FILTER READONLY] "最近跟进" "Last activity",
        tags: Vec<String> = [FILTER IMPORT] "标签" "Tags" max(60),
        description: Option<String> = [SEARCH IMPORT] "备注" "Description" long(10_000),
    } with {
        usual(Usual::Work) wire() import(&["customer_id"]) import_names()
        import_extra(&[
            Extra::new("product", "产品", "Product", "lines"),
            Extra::new("quantity", "数量", "Quantity", "lines"),
        ])
        lines("lines", "opportunity_lines", &[("product_id", "product")])
        searched(4) timeline() closed(&["won", "lost"]) page() icon("opportunity")
        columns(&["name", "customer_id", "amount", "stage_id", "status", "close_on", "owner_id"])
        form(&["name", "customer_id", "pipeline_id", "stage_id", "amount", "close_on", "owner_id"])
        groups(&[
            (BASICS, &["name", "number", "customer_id", "contact_id", "amount", "close_on", "owner_id", "tags"]),
            (FOLLOW_UP, &["next_step", "next_follow_up_at", "last_activity_at"]),
            (Label::new("预测与竞争", "Forecast and competition"), &[
                "forecast_category", "competitor_ids", "source", "started_on", "closed_at", "loss_reason", "description",
            ]),
        ])
    }
}

impl Rules for Opportunity {
    fn number(&mut self) -> Option<&mut Option<String>> {
        Some(&mut self.number)
    }

    fn check(&self, old: Option<&Self>, issues: &mut Issues) {
        if let Some(old) = old
            && old.status != OpportunityStatus::Open
            && (old.stage_id != self.stage_id || old.amount != self.amount || old.lines != self.lines)
        {
            issues.add(Issue::at("status", "opportunity_closed"));
        }
    }

    /// A deal that is decided keeps the rate of the day it was closed.
    fn valued_at(&self) -> Option<Instant> {
        self.closed_at.filter(|_| self.status != OpportunityStatus::Open)
    }
}

impl Opportunity {
    fn must_be(&self, status: OpportunityStatus, code: &'static str) -> Result<(), Error> {
        if self.status == status {
            Ok(())
        } else {
            Err(Error::Conflict(Issue::at("status", code)))
        }
    }

    /// The amount follows the product lines, unless an amount of its own was given.
    pub fn follow_lines(&mut self, amount_given: bool) {
        if !amount_given && let Some(total) = self.lines.total() {
            self.amount = Some(total);
        }
    }

    /// Amount and lines are in one currency.
    pub fn check_currency(&self) -> Result<(), Issue> {
        let lines = self.lines.0.first().map(|l| l.price.currency);
        match (self.amount.map(|a| a.currency), lines) {
            (Some(amount), Some(lines)) if amount != lines => {
                Err(Issue::new("/amount/currency", "lines_in_other_currency").with("currency", lines.code()))
            }
            _ => Ok(()),
        }
    }

    pub fn moved(&self, to: &Stage, now: Instant) -> Result<Self, Error> {
        self.must_be(OpportunityStatus::Open, "opportunity_closed")?;
        to.check_entry(self)?;
        if self.stage_id == to.id {
            return Ok(self.clone());
        }
        Ok(Self {
            stage_id: to.id,
            stage_entered_at: Some(now),
            ..self.clone()
        })
    }

    pub fn won(&self, now: Instant) -> Result<Self, Error> {
        self.must_be(OpportunityStatus::Open, "opportunity_closed")?;
        Ok(Self {
            status: OpportunityStatus::Won,
            closed_at: Some(now),
            loss_reason: None,
            ..self.clone()
        })
    }

    pub fn lost(&self, reason: String, now: Instant) -> Result<Self, Error> {
        self.must_be(OpportunityStatus::Open, "opportunity_closed")?;
        Ok(Self {
            status: OpportunityStatus::Lost,
            closed_at: Some(now),
            loss_reason: Some(reason),
            ..self.clone()
        })
    }

    pub fn reopened(&self, now: Instant) -> Result<Self, Error> {
        if self.status == OpportunityStatus::Open {
            return Err(Error::Conflict(Issue::at("status", "opportunity_open")));
        }
        Ok(Self {
            status: OpportunityStatus::Open,
            closed_at: None,
            loss_reason: None,
            stage_entered_at: Some(now),
            ..self.clone()
        })
    }
}
