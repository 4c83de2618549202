//! A firm for a test: a workspace with an owner, an administrator, a manager and her team, somebody of another team, and
//! the owner of another workspace.

use crate::client::Client;
use crate::engine::{Engine, Running};
use api::testing::{Server, add_user, create_workspace, hash_password};
use domain::policy::{Action, Actor};
use domain::record::Birth;
use domain::team::{Team, TeamPatch};
use domain::user::User;
use domain::workspace::Workspace;
use domain::{Id, Locale, Record};
use persistence::{Tx, engine};
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

/// Of everybody in a test.
pub const PASSWORD: &str = "一匹好马 with 4 legs";

static HASH: LazyLock<String> = LazyLock::new(|| hash_password(PASSWORD).expect("hashes"));

/// Somebody with a sign-in, who is signed in.
pub struct Person {
    pub id: Id,
    pub email: String,
    pub client: Client,
}

impl Deref for Person {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

pub struct Firm {
    pub workspace: Id,
    pub owner: Person,
    pub admin: Person,
    /// Leads the team of `sales`.
    pub manager: Person,
    pub sales: Person,
    /// In another team.
    pub other_sales: Person,
    pub team: Id,
    pub other_team: Id,
}

/// What a test works with.
pub struct T {
    pub firm: Firm,
    /// The owner of another workspace.
    pub stranger: Person,
    pub anonymous: Client,
    pub running: Arc<Running>,
}

impl Deref for T {
    type Target = Firm;

    fn deref(&self) -> &Firm {
        &self.firm
    }
}

const ROLES: [(&str, &str); 5] = [
    ("owner", "owner"),
    ("admin", "admin"),
    ("manager", "manager"),
    ("sales", "sales"),
    ("other_sales", "sales"),
];

fn team(tx: &mut Tx, space: &Arc<Workspace>, name: &str, manager: Option<Id>) -> persistence::Result<Id> {
    let system = Actor::system(space.clone());
    let patch = TeamPatch {
        name: Some(name.into()),
        manager_id: Some(manager),
        ..Default::default()
    };
    let team = Team::create(patch, Birth::new(None))?;
    engine::insert(
        tx,
        &system.authorize(Action::Create, Team::KIND, None)?,
        std::slice::from_ref(&team),
    )?;
    Ok(team.id)
}

fn join(tx: &mut Tx, space: &Arc<Workspace>, user: &User, team: Id) -> persistence::Result<()> {
    let permit = Actor::system(space.clone()).authorize(Action::Edit, User::KIND, None)?;
    let member = User {
        team_id: Some(team),
        ..user.clone()
    };
    engine::update(tx, &permit, user, &member)?;
    Ok(())
}

impl Firm {
    /// Founds a firm in the server's database.
    pub fn new(server: &Server) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let address = move |who: &str| format!("{who}.{n}@example.com");
        let hash = HASH.clone();
        let founded = server.store().write_here(move |tx| {
            let space = create_workspace(tx, &format!("Firm {n}"), Locale::En)?;
            let mut people = Vec::new();
            for (who, role) in ROLES {
                people.push(add_user(tx, &space, &address(who), who, role, &hash)?);
            }
            let ours = team(tx, &space, "East", Some(people[2].id))?;
            let theirs = team(tx, &space, "West", None)?;
            join(tx, &space, &people[2], ours)?;
            join(tx, &space, &people[3], ours)?;
            join(tx, &space, &people[4], theirs)?;
            Ok((space.id, people, ours, theirs))
        });
        let (workspace, people, team, other_team) = founded.expect("a firm is founded");
        let mut people = people.into_iter().map(|user| {
            let token = server.sign_in(workspace, user.id).expect("signs in");
            let email = user.email.as_ref().map(|e| e.as_str().to_owned());
            Person {
                id: user.id,
                email: email.unwrap_or_default(),
                client: Client::new(server.url(), Some(token)),
            }
        });
        let mut next = || people.next().expect("as many people as roles");
        Self {
            workspace,
            owner: next(),
            admin: next(),
            manager: next(),
            sales: next(),
            other_sales: next(),
            team,
            other_team,
        }
    }
}

impl T {
    pub fn new(engine: Engine) -> Self {
        Self::on(Running::shared(engine).expect("a server"))
    }

    pub fn on(running: Arc<Running>) -> Self {
        let firm = Firm::new(&running.server);
        let stranger = Firm::new(&running.server).owner;
        Self {
            firm,
            stranger,
            anonymous: Client::new(running.server.url(), None),
            running,
        }
    }

    /// The same person, signed in once more.
    pub fn sign_in(&self, person: &Person) -> Client {
        let token = self
            .running
            .server
            .sign_in(self.workspace, person.id)
            .expect("signs in");
        Client::new(self.running.server.url(), Some(token))
    }

    pub fn is_sqlite(&self) -> bool {
        self.running.engine == Engine::Sqlite
    }
}
