//! Rows that hold opportunities: pipeline and stage, won and lost, product lines, and a name where there is none.

use chrono::TimeZone;
use domain::import::Problem;
use domain::import::number::number;
use domain::money::Money;
use domain::opportunity::{Opportunity, OpportunityStatus};
use domain::opportunity_line::{Line, MOST, invalid_quantity};
use domain::product::Product;
use domain::stage::Stage;
use domain::value::parse_day;
use domain::{AnyRecord, Day, Id, Instant, Issue, Record};
use serde_json::{Value as Json, json};

use super::draft::Problems;
use super::plan::{closed_word, folded};
use super::reference_data::ReferenceData;
use super::take::{RowResult, RowWork, Special, problems_of};

/// What a row says beyond the fields a patch may set.
#[derive(Default)]
pub struct Deal {
    status: Option<OpportunityStatus>,
    /// The stage that the deal is to stand in, if the row or a default names one.
    stage: Option<Stage>,
    stage_is_new: bool,
    loss_reason: Option<String>,
    new_loss_reason: bool,
    /// When a closed deal was closed.
    closed_at: Option<Instant>,
}

/// What rows of deals say beyond their fields.
pub struct Deals;

impl Special for Deals {
    fn fill(&self, row: &mut RowWork, old: Option<&AnyRecord>) -> persistence::Result<Result<Deal, Problems>> {
        let old = old.map(AnyRecord::read::<Opportunity>).transpose()?;
        let old = old.as_ref();
        let mut problems = Problems::new();
        let mut deal = Deal::default();
        status_of(row, &mut deal);
        if let Err(problem) = place(row, old, &mut deal) {
            problems.extend(problem);
        }
        if let Err(problem) = line(row, old) {
            problems.push(problem);
        }
        if let Some(reason) = row.draft.said.get("loss_reason") {
            match Opportunity::KIND
                .field("loss_reason")
                .map(|f| row.reference_data.pick(f, reason))
            {
                Some(Ok((reason, new))) => (deal.loss_reason, deal.new_loss_reason) = (Some(reason), new),
                Some(Err(issue)) => problems.extend(problems_of(issue.into())),
                None => {}
            }
        }
        deal.closed_at = closed_at(row, old);
        if old.is_none() && !row.map.contains_key("name") {
            name(row);
        }
        Ok(if problems.is_empty() { Ok(deal) } else { Err(problems) })
    }

    /// A deal that the file says is open is reopened first: closed deals take no changes.
    fn base(&self, old: &AnyRecord, deal: &Deal, now: Instant) -> persistence::Result<AnyRecord> {
        if deal.status != Some(OpportunityStatus::Open) {
            return Ok(old.clone());
        }
        let reopened = old.read::<Opportunity>()?.reopened(now);
        Ok(reopened.map_or_else(|_| old.clone(), |deal| AnyRecord::of(&deal)))
    }

    fn settle(&self, record: &mut AnyRecord, old: Option<&AnyRecord>, deal: &Deal) -> persistence::Result<()> {
        let mut new: Opportunity = record.read()?;
        let old = old.map(AnyRecord::read::<Opportunity>).transpose()?;
        if let Some(status) = deal.status {
            new.status = status;
        }
        let closed = new.status != OpportunityStatus::Open;
        let was_closed = old.as_ref().is_some_and(|o| o.status == new.status);
        new.closed_at = match (closed, deal.closed_at) {
            (false, _) => None,
            (true, Some(at)) => Some(at),
            (true, None) if was_closed => new.closed_at,
            (true, None) => Some(Instant::now()),
        };
        match new.status {
            OpportunityStatus::Lost => new.loss_reason = deal.loss_reason.clone().or(new.loss_reason.take()),
            _ => new.loss_reason = None,
        }
        *record = AnyRecord::of(&new);
        Ok(())
    }

    fn keep(&self, deal: Deal, reference_data: &mut ReferenceData, result: &mut RowResult) {
        if let Some(stage) = deal.stage.filter(|_| deal.stage_is_new) {
            result.new_values.push(("stage_id", stage.name.clone()));
            reference_data.add_stage(stage);
        }
        if let (Some(reason), true, Some(field)) = (
            deal.loss_reason,
            deal.new_loss_reason,
            Opportunity::KIND.field("loss_reason"),
        ) {
            if reference_data.add_value(field, &reason) {
                result.new_values.push((field.name, reason));
            } else {
                result.full.extend(field.picklist);
            }
        }
    }
}

/// A column of its own says it, or the stage: many files call won and lost stages.
fn status_of(row: &RowWork, deal: &mut Deal) {
    let own = row
        .draft
        .said
        .get("status")
        .and_then(|key| OpportunityStatus::from_key(key));
    let by_stage = row.draft.said.get("stage_id").and_then(|text| {
        let open = row.context.plan.closes_by_stage.then_some(OpportunityStatus::Open);
        closed_word(text).or(open)
    });
    deal.status = own.or(by_stage);
}

/// Pipeline and stage.
fn place(row: &mut RowWork, old: Option<&Opportunity>, deal: &mut Deal) -> Result<(), Problems> {
    let at = |field: &str, problem| vec![(Some(field.to_owned()), problem)];
    let reference_data = row.reference_data;
    let pipeline: Id = match (row.draft.said.get("pipeline_id"), old) {
        (Some(text), _) => {
            let called =
                |key: &Option<String>, name: &str| key.as_deref() == Some(text) || folded(name) == folded(text);
            let found = reference_data
                .pipelines
                .iter()
                .find(|p| called(&p.external_id, &p.name));
            found
                .ok_or_else(|| at("pipeline_id", Problem::not_found("pipeline", text)))?
                .id
        }
        (None, Some(old)) => old.pipeline_id,
        (None, None) => match reference_data.pipelines.first() {
            Some(pipeline) => pipeline.id,
            None => return Err(at("pipeline_id", Problem::required("pipeline_id"))),
        },
    };
    row.map.insert("pipeline_id".to_owned(), json!(pipeline));
    let said = row
        .draft
        .said
        .get("stage_id")
        .filter(|text| closed_word(text).is_none());
    if let Some(text) = said {
        let called = |s: &&Stage| s.external_id.as_deref() == Some(text) || folded(&s.name) == folded(text);
        match reference_data.stages_of(pipeline).find(called) {
            Some(stage) => {
                deal.stage = Some(stage.clone());
                deal.stage_is_new = reference_data.brought.contains(&stage.id);
            }
            None => {
                let made = reference_data.draft_stage(&row.context.by, pipeline, text);
                deal.stage = Some(made.map_err(|e| {
                    let told = problems_of(e).into_iter();
                    told.map(|(_, p)| (Some("stage_id".to_owned()), p))
                        .collect::<Problems>()
                })?);
                deal.stage_is_new = true;
            }
        }
    } else if let Some(old) = old {
        deal.stage = reference_data.stage(old.stage_id).cloned();
    } else {
        // Closed deals stand at the end, open ones at the beginning.
        let closed = deal.status.is_some_and(|s| s != OpportunityStatus::Open);
        let last = closed
            .then(|| reference_data.closing.get(&pipeline))
            .flatten()
            .and_then(|id| reference_data.stage(*id));
        deal.stage = last.or_else(|| reference_data.stages_of(pipeline).next()).cloned();
    }
    let stage = deal.stage.as_ref().map(|s| s.id);
    let none = || {
        at(
            "pipeline_id",
            Problem::from_issue(&Issue::at("pipeline_id", "pipeline_without_stages")).1,
        )
    };
    row.map.insert("stage_id".to_owned(), json!(stage.ok_or_else(none)?));
    Ok(())
}

/// One line of the product named: at the amount of the deal, or at list price where the row gives no amount.
fn line(row: &mut RowWork, old: Option<&Opportunity>) -> Result<(), (Option<String>, Problem)> {
    let Some(text) = row.draft.said.get("product") else {
        return Ok(());
    };
    let found = row.lookup.find(Product::KIND, text);
    let found = found.map_err(|p| (Some("product".to_owned()), p))?;
    let quantity = match row.draft.said.get("quantity") {
        None => 1000,
        Some(text) => {
            let of_cell = |problem| (Some("quantity".to_owned()), problem);
            let read = number(text, None).map_err(of_cell)?;
            let thousandths = read.minor(3).ok().filter(|q| (1..=MOST).contains(q));
            thousandths.ok_or_else(|| of_cell(Problem::from_issue(&invalid_quantity("/quantity")).1))?
        }
    };
    let base = row.context.by.workspace().currency;
    let amount = row
        .map
        .get("amount")
        .and_then(|a| serde_json::from_value::<Money>(a.clone()).ok());
    // What the importer may not read does not come out through the lines.
    let reads = row.context.by.fields(Product::KIND).reads("price");
    let list = row.products.get(&found.id).filter(|_| reads).and_then(|p| p.price);
    // A line is in the currency of the deal.
    let fits = |price: &Money| amount.is_none_or(|a| a.currency == price.currency);
    let price = match amount.filter(|a| a.minor > 0 && quantity == 1000) {
        Some(amount) => amount,
        None => {
            let free = Money::new(0, amount.map_or(base, |a| a.currency));
            list.map(|p| Money::new(p.minor, p.currency))
                .filter(fits)
                .unwrap_or(free)
        }
    };
    let line = Line {
        product_id: found.id,
        quantity,
        price,
        discount: 0,
    };
    // Lines that people have worked on since are left alone, as long as the product is still the one.
    let worked_on = |o: &&Opportunity| o.lines.0.len() > 1 && o.lines.0.iter().any(|l| l.product_id == found.id);
    if old.filter(worked_on).is_none() {
        row.map.insert("lines".to_owned(), Json::Array(vec![json!(line)]));
    }
    Ok(())
}

/// Noon of the closing day where the importer is: the same day for readers almost anywhere.
fn closed_at(row: &RowWork, old: Option<&Opportunity>) -> Option<Instant> {
    let day: Day = row.map.get("close_on").and_then(Json::as_str).and_then(parse_day)?;
    if old.is_some_and(|o| o.close_on == Some(day) && o.closed_at.is_some()) {
        return old.and_then(|o| o.closed_at);
    }
    let noon = day.and_hms_opt(12, 0, 0)?;
    let at = row.context.by.zone.from_local_datetime(&noon).earliest()?;
    Some(at.to_utc().into())
}

/// “customer – product”, or what there is of it.
fn name(row: &mut RowWork) {
    let customer = row.draft.said.get("customer_id");
    let customer = customer.map(|text| {
        let found = row.lookup.find(domain::customer::Customer::KIND, text);
        found.map_or(text.as_str(), |f| f.name.as_str())
    });
    let product = row.draft.said.get("product");
    let product = product.map(|text| {
        row.lookup
            .find(Product::KIND, text)
            .map_or(text.as_str(), |f| f.name.as_str())
    });
    let parts: Vec<&str> = [customer, product].into_iter().flatten().collect();
    let name = match parts.is_empty() {
        true => row.draft.text("external_id").unwrap_or_default().to_owned(),
        false => parts.join(" – "),
    };
    if !name.is_empty() {
        row.map
            .insert("name".to_owned(), Json::String(name.chars().take(200).collect()));
    }
}
