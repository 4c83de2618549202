//! New workspaces: roles, a pipeline, picklists, numbering and the first user. What can be changed about one later is below.

mod settings;

pub use settings::routes;

use domain::numbering_rule::{self, NumberingRule, NumberingRulePatch};
use domain::picklist::{PickOption, PickOptions, Picklist, PicklistPatch};
use domain::pipeline::{Pipeline, PipelinePatch};
use domain::policy::{Action, Actor, builtin_roles};
use domain::record::Birth;
use domain::role::{Role, RolePatch, builtin_name};
use domain::stage::{Stage, StagePatch};
use domain::user::{User, UserPatch};
use domain::value::Email;
use domain::workspace::Workspace;
use domain::{Error, Issue, Locale, Record};
use persistence::{Tx, engine, login, workspace};
use std::sync::Arc;

/// What a new workspace offers to pick from: key, name, values, in both languages.
type Words = (&'static str, &'static str);
const PICKLISTS: &[(&str, Words, &[Words])] = &[
    (
        "source",
        ("来源", "Sources"),
        &[
            ("转介绍", "Referral"),
            ("官网", "Website"),
            ("展会", "Trade show"),
            ("电话", "Phone"),
            ("广告", "Advertising"),
            ("社交媒体", "Social media"),
        ],
    ),
    (
        "industry",
        ("行业", "Industries"),
        &[
            ("制造", "Manufacturing"),
            ("软件和信息技术", "Software and IT"),
            ("零售", "Retail"),
            ("金融", "Finance"),
            ("医疗", "Health care"),
            ("教育", "Education"),
            ("建筑", "Construction"),
            ("物流", "Logistics"),
        ],
    ),
    (
        "customer_level",
        ("客户级别", "Customer levels"),
        &[("A", "A"), ("B", "B"), ("C", "C"), ("VIP", "VIP")],
    ),
    (
        "lead_level",
        ("线索级别", "Lead levels"),
        &[("高", "Hot"), ("中", "Warm"), ("低", "Cold")],
    ),
    (
        "loss_reason",
        ("输单原因", "Loss reasons"),
        &[
            ("价格", "Price"),
            ("竞争对手", "Competitor"),
            ("没有预算", "No budget"),
            ("需求取消", "No longer needed"),
            ("无回应", "No response"),
        ],
    ),
    (
        "disqualified_reason",
        ("线索无效原因", "Disqualification reasons"),
        &[
            ("联系不上", "Unreachable"),
            ("没有需求", "No need"),
            ("预算不足", "No budget"),
            ("重复线索", "Duplicate"),
        ],
    ),
    (
        "region",
        ("地区", "Regions"),
        &[
            ("华东", "East China"),
            ("华南", "South China"),
            ("华北", "North China"),
            ("海外", "Overseas"),
        ],
    ),
];

/// Makes a workspace with everything people need to begin.
pub fn create(tx: &mut Tx, name: &str, locale: Locale) -> persistence::Result<Arc<Workspace>> {
    let space = Arc::new(Workspace::new(name, locale));
    workspace::create(tx, &space)?;
    let system = Actor::system(space.clone());
    let chinese = locale == Locale::Zh;
    let pick = |zh: &str, en: &str| if chinese { zh.to_owned() } else { en.to_owned() };

    let mut roles = Vec::new();
    for (key, grants) in builtin_roles() {
        let patch = RolePatch {
            key: Some(key.into()),
            name: builtin_name(key).map(|label| label.get(locale).to_owned()),
            grants: Some(grants),
            ..Default::default()
        };
        let mut role = Role::create(patch, Birth::new(None))?;
        role.builtin = true;
        roles.push(role);
    }
    engine::insert(tx, &system.authorize(Action::Create, Role::KIND, None)?, &roles)?;

    let patch = PipelinePatch {
        name: Some(pick("销售流程", "Sales pipeline")),
        position: Some(0),
        ..Default::default()
    };
    let pipeline = Pipeline::create(patch, Birth::new(None))?;
    let steps = [
        ("初步接洽", "Prospecting", 10, 14),
        ("需求确认", "Qualification", 25, 14),
        ("方案报价", "Proposal", 50, 21),
        ("商务谈判", "Negotiation", 75, 21),
        ("合同签订", "Contract", 90, 14),
    ];
    let mut stages = Vec::new();
    for (position, (zh, en, probability, days)) in (0i64..).zip(steps) {
        let patch = StagePatch {
            pipeline_id: Some(pipeline.id),
            name: Some(pick(zh, en)),
            position: Some(position),
            probability: Some(probability),
            rotting_days: Some(Some(days)),
            ..Default::default()
        };
        stages.push(Stage::create(patch, Birth::new(None))?);
    }
    engine::insert(
        tx,
        &system.authorize(Action::Create, Pipeline::KIND, None)?,
        &[pipeline],
    )?;
    engine::insert(tx, &system.authorize(Action::Create, Stage::KIND, None)?, &stages)?;

    let mut picklists = Vec::new();
    for (key, (zh, en), values) in PICKLISTS {
        let options = values.iter().map(|(zh, en)| PickOption {
            value: pick(zh, en),
            label_zh: Some((*zh).to_owned()),
            label_en: Some((*en).to_owned()),
            retired: false,
        });
        let patch = PicklistPatch {
            key: Some((*key).into()),
            name: Some(pick(zh, en)),
            options: Some(PickOptions(options.collect())),
            ..Default::default()
        };
        picklists.push(Picklist::create(patch, Birth::new(None))?);
    }
    engine::insert(tx, &system.authorize(Action::Create, Picklist::KIND, None)?, &picklists)?;

    let mut rules = Vec::new();
    for (kind, pattern, reset) in numbering_rule::USUAL {
        let patch = NumberingRulePatch {
            kind: Some(kind.into()),
            pattern: Some(pattern.into()),
            reset: Some(reset),
            ..Default::default()
        };
        rules.push(NumberingRule::create(patch, Birth::new(None))?);
    }
    engine::insert(
        tx,
        &system.authorize(Action::Create, NumberingRule::KIND, None)?,
        &rules,
    )?;
    Ok(space)
}

/// Adds a user who can sign in with this password, which is already hashed.
pub fn add_user(
    tx: &mut Tx,
    space: &Arc<Workspace>,
    email: &str,
    name: &str,
    role: &str,
    password_hash: &str,
) -> persistence::Result<User> {
    let system = Actor::system(space.clone());
    let email = Email::new(email).ok_or_else(|| Error::invalid(Issue::at("email", "invalid_email")))?;
    if engine::find_by::<Role>(tx, &system.scope(Role::KIND)?, "key", role)?.is_none() {
        return Err(Issue::at("roles", "unknown_role").with("role", role).into());
    }
    let patch = UserPatch {
        name: Some(name.to_owned()),
        email: Some(Some(email.clone())),
        roles: Some(vec![role.to_owned()]),
        ..Default::default()
    };
    let mut person = User::create(patch, Birth::new(None))?;
    person.password_changed_at = Some(person.created_at);
    let permit = system.authorize(Action::Create, User::KIND, None)?;
    engine::insert(tx, &permit, std::slice::from_ref(&person))?;
    login::set(tx, &permit, person.id, email.as_str(), password_hash)?;
    workspace::withdraw_setup(tx)?;
    Ok(person)
}
