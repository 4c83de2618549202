//! Record kinds as data: what holds for all records of a kind, said once by `record!` and read by every floor.

use super::record::{Field, PARENT, SEARCH};
use crate::label::Label;
use crate::layout::Laid;
use crate::policy::{Action, Reach};
use serde::{Deserialize, Serialize};

/// Who sees the records of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ownership {
    /// Each has an owner; rights reach to own, team or all.
    Owned,
    /// They belong to the workspace; everybody who may view the kind sees all.
    Shared,
}

/// What a role lets do with a kind that it does not name, where it gives less than everything to the kinds it does not
/// name: so a kind that is new is open to nobody by mistake. Administrators have everything, and may give more by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Usual {
    /// Nothing. What holds for a kind that says nothing.
    Closed,
    /// Everybody sees it, administrators change it.
    Settings,
    /// As settings, and everybody adds to it.
    Added,
    /// What people work with, as far as the role reaches.
    Work,
    /// Everybody has their own, whatever their role says of the rest, and nobody but administrators reaches further.
    Personal,
}

impl Usual {
    /// How far a right to all that a role does not name reaches with a kind of this sort.
    pub const fn part(self, action: Action, reach: Reach) -> Reach {
        match (self, action) {
            (Self::Personal, Action::View | Action::Create | Action::Edit | Action::Delete)
                if !matches!(reach, Reach::All) =>
            {
                Reach::Own
            }
            (_, _) if matches!(reach, Reach::None | Reach::All) => reach,
            (Self::Work, _) => reach,
            (Self::Personal, _) => Reach::Own,
            (Self::Settings | Self::Added, Action::View) => Reach::All,
            (Self::Added, Action::Create | Action::Import) => Reach::All,
            (Self::Closed | Self::Settings | Self::Added, _) => Reach::None,
        }
    }
}

/// How files of records are taken.
#[derive(Debug, Clone, Copy)]
pub struct Imported {
    /// What tells two records of one name apart: the first of these fields that has a value.
    pub distinguished_by: &'static [&'static str],
    /// Columns that fill no field by themselves: the importer makes something of them.
    pub extra: &'static [Extra],
    /// A name is made of the other cells where a row has none.
    pub named: bool,
}

/// A column of a file that is no field.
#[derive(Debug, Clone, Copy)]
pub struct Extra {
    pub name: &'static str,
    pub label: Label,
    /// The field that it fills in the end.
    pub fills: &'static str,
}

impl Extra {
    pub const fn new(name: &'static str, zh: &'static str, en: &'static str, fills: &'static str) -> Self {
        let label = Label::new(zh, en);
        Self { name, label, fills }
    }
}

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Called {
    Firm,
    Person,
}

/// Rows that are part of a record, written with it: the product lines of a deal.
#[derive(Debug, Clone, Copy)]
pub struct Lines {
    pub table: &'static str,
    /// The field of the record that holds them.
    pub field: &'static str,
    /// Their references: column and kind.
    pub refers: &'static [(&'static str, &'static str)],
}

/// The table of the records of all kinds that firms have made.
pub const MADE: &str = "custom_records";

/// A heading and the fields under it.
pub type Group = (Label, &'static [&'static str]);

/// Headings that many kinds have.
pub const BASICS: Label = Label::new("基本信息", "Basics");
pub const CONTACT: Label = Label::new("联系方式", "Contact details");
pub const FOLLOW_UP: Label = Label::new("跟进", "Follow-up");

/// A record kind: everything that is the same for all its records.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Singular, snake_case: `lead`.
    pub name: &'static str,
    /// Plural: the path in the API (with hyphens for underscores), and the table where nothing else is said.
    pub plural: &'static str,
    pub table: &'static str,
    pub label: Label,
    pub ownership: Ownership,
    pub fields: &'static [Field],
    /// The field that names a record to a person.
    pub title: &'static str,
    pub usual: Usual,
    /// What can be done to its records beyond what can be done to any.
    pub verbs: &'static [Action],
    /// The kind that its records are part of: who may see and change that, may see and change these.
    pub part_of: Option<&'static str>,
    /// A role may close its fields, as it may those of all that somebody owns.
    pub closable: bool,
    /// What is written of it may change what somebody may do.
    pub about_rights: bool,
    /// What it says is read with the workspace (`workspace::Settings`) and known with each identity.
    pub kept_along: bool,
    /// Its records tell of work that the server does, which writes them itself.
    pub work: bool,
    /// The field that says whether others than the owner see a record: none, those of a team, or all (`view::Audience`).
    pub opened_by: Option<&'static str>,
    /// The field that names the kind whose fields its records speak of: what of those is hidden is hidden here.
    pub tells_of: Option<&'static str>,
    /// None where no file is taken.
    pub import: Option<Imported>,
    /// Fields that name a record besides its name and external id, the surest first.
    pub known_by: &'static [&'static str],
    /// Fields that no two live records have the same values in.
    pub unique: &'static [&'static [&'static str]],
    /// The fields that say what a record is the record of, firm or person: who else has the same may be the same. Where there are
    /// any, its telephones, addresses and web sites tell as well, and records can be merged.
    pub alike: &'static [(&'static str, Called)],
    /// Where its hits stand among those of other kinds when everything is searched; none where it is not.
    pub searched: Option<u8>,
    /// What happened with a record is written down beside it.
    pub timeline: bool,
    /// The values of `status` with which a record is over.
    pub closed: &'static [&'static str],
    pub lines: Option<Lines>,
    /// Its records are listed, and each is looked at, on a page of its own.
    pub page: bool,
    pub icon: &'static str,
    /// What a list starts with.
    pub columns: &'static [&'static str],
    /// What a new record is asked for first.
    pub form: &'static [&'static str],
    /// How the fields stand together on the page; those not named come last.
    pub groups: &'static [Group],
    /// The firm has made it: its records stand among those of all such kinds.
    pub made: bool,
    /// Each row has beside its columns what the API tells of it (`wire`), so that reading copies one text. For kinds that are
    /// read often and written through the engine only.
    pub wire: bool,
    /// Custom fields have been taken away from it whose values its records may still have.
    pub withdrawn: bool,
    /// How the firm has laid it out, where it has.
    pub laid: Option<&'static Laid>,
}

/// A builder call that sets one thing.
macro_rules! sets {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),*) $field:ident = $value:expr;)*) => {
        $($(#[$doc])* pub const fn $name(mut self $(, $arg: $ty)*) -> Self {
            self.$field = $value;
            self
        })*
    };
}

impl Kind {
    pub const fn new(
        name: &'static str,
        plural: &'static str,
        label: Label,
        ownership: Ownership,
        title: &'static str,
        fields: &'static [Field],
    ) -> Self {
        Self {
            name,
            plural,
            table: plural,
            label,
            ownership,
            fields,
            title,
            usual: Usual::Closed,
            verbs: &[],
            part_of: None,
            closable: false,
            about_rights: false,
            kept_along: false,
            work: false,
            opened_by: None,
            tells_of: None,
            import: None,
            known_by: &[],
            unique: &[],
            alike: &[],
            searched: None,
            timeline: false,
            closed: &[],
            lines: None,
            page: false,
            icon: "file",
            columns: &["name", "updated_at"],
            form: &["name"],
            groups: &[],
            made: false,
            wire: false,
            withdrawn: false,
            laid: None,
        }
    }

    // What the block after the fields may say.
    sets! {
        usual(usual: Usual) usual = usual;
        verbs(verbs: &'static [Action]) verbs = verbs;
        part_of(kind: &'static str) part_of = Some(kind);
        closable() closable = true;
        about_rights() about_rights = true;
        kept_along() kept_along = true;
        work() work = true;
        opened_by(field: &'static str) opened_by = Some(field);
        tells_of(field: &'static str) tells_of = Some(field);
        /// `distinguished_by` tells two records of one name apart.
        import(distinguished_by: &'static [&'static str]) import = Some(Imported { distinguished_by, extra: &[], named: false });
        known_by(fields: &'static [&'static str]) known_by = fields;
        unique(keys: &'static [&'static [&'static str]]) unique = keys;
        alike(names: &'static [(&'static str, Called)]) alike = names;
        searched(place: u8) searched = Some(place);
        timeline() timeline = true;
        closed(values: &'static [&'static str]) closed = values;
        page() page = true;
        wire() wire = true;
        icon(name: &'static str) icon = name;
        columns(names: &'static [&'static str]) columns = names;
        form(names: &'static [&'static str]) form = names;
        groups(groups: &'static [Group]) groups = groups;
    }

    pub const fn made(mut self) -> Self {
        self.made = true;
        self.wire = true;
        self.table = MADE;
        self.alike = &[("name", Called::Firm)];
        self
    }

    pub const fn import_extra(mut self, columns: &'static [Extra]) -> Self {
        if let Some(import) = &mut self.import {
            import.extra = columns;
        }
        self
    }

    /// Rows of a file may leave the name to the importer.
    pub const fn import_names(mut self) -> Self {
        if let Some(import) = &mut self.import {
            import.named = true;
        }
        self
    }

    pub const fn lines(
        mut self,
        field: &'static str,
        table: &'static str,
        refers: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.lines = Some(Lines { table, field, refers });
        self
    }

    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// Where the first value of a field stands in the row of a record.
    pub fn place_of(&self, name: &str) -> usize {
        let before = self.fields.iter().take_while(|f| f.name != name);
        before.map(|f| f.columns().len()).sum()
    }

    /// The last part of the path in the API.
    pub fn path(&self) -> String {
        self.plural.replace('_', "-")
    }

    pub fn parents(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.fields
            .iter()
            .filter(|f| f.can(PARENT))
            .filter_map(|f| Some((f.name, f.refers?)))
    }

    /// Whether its records tell of work that the server does: imports and jobs.
    pub fn is_work(&self) -> bool {
        self.work
    }

    pub fn is_searchable(&self) -> bool {
        self.fields.iter().any(|f| f.can(SEARCH))
    }

    /// Fields that are asked for when a record comes to a status.
    pub fn asked_when(&self, status: &str) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().filter(move |f| f.asked_when == Some(status))
    }

    /// The field that tells what is over from what is still to be done, for kinds that know the difference.
    pub fn status(&self) -> Option<&'static Field> {
        self.field("status").filter(|_| !self.closed.is_empty())
    }
}
