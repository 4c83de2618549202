//! Routes of stages.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use crate::pipeline;
use crate::write::Writing;
use domain::stage::Stage;
use domain::value::parse_id;
use persistence::Tx;
use serde_json::{Map, Value as Json, json};

impl Noun for Stage {
    /// A new stage comes last.
    fn defaults(tx: &mut Tx, writing: &mut Writing, map: &mut Map<String, Json>) -> persistence::Result<()> {
        if !map.contains_key("position")
            && let Some(pipeline) = map.get("pipeline_id").and_then(Json::as_str).and_then(parse_id)
        {
            let last = pipeline::stages(tx, writing, pipeline)?
                .last()
                .map_or(0, |s| s.position + 1);
            map.insert("position".into(), json!(last));
        }
        map.entry("position").or_insert(json!(0));
        map.entry("probability").or_insert(json!(0));
        Ok(())
    }
}

pub fn routes(routes: &mut Routes) {
    crud::<Stage>(routes);
}
