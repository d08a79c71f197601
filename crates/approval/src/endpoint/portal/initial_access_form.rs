//! The form of a new initial access token: what was typed, the command that it is, the fields that show it again.

use narthex_http::form::FormError;
use narthex_http::page::{Choice, Field};
use narthex_tenancy::catalogue::Catalogue;
use narthex_vocab::{ClientId, Environment, HashKey, Label, NameError, Scope, ScopeSet};

use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use crate::create_initial_access_token::{
    Allowance, CreateInitialAccessToken, CreateInitialAccessTokenError,
};
use crate::store::lineage::Kin;

/// What somebody typed, as sent.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub(super) label: String,
    scopes: Vec<String>,
    parent: String,
    uses: String,
    days: String,
}

impl Typed {
    /// One use within a week.
    pub(super) fn empty() -> Self {
        Self {
            label: String::new(),
            scopes: Vec::new(),
            parent: String::new(),
            uses: "1".to_owned(),
            days: "7".to_owned(),
        }
    }

    pub(super) fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            label: posted.text("label")?,
            scopes: posted.many("scope").map(str::to_owned).collect(),
            parent: posted.text("parent")?,
            uses: posted.text("uses")?,
            days: posted.text("days")?,
        })
    }

    pub(super) fn parse<'a>(
        &self,
        environment: Environment,
        hash_key: &'a HashKey,
    ) -> Result<CreateInitialAccessToken<'a>, Problems> {
        let mut problems = Problems::default();
        let label = problems.keep("label", Label::parse(&self.label), |error| match error {
            NameError::Empty => "Enter what it is for".to_owned(),
            error => format!("Enter another name: {error}"),
        });
        let scopes = self.scopes.iter().map(|scope| Scope::parse(scope));
        let ceiling = scopes.collect::<Result<ScopeSet, _>>().ok();
        let ceiling = ceiling.filter(|ceiling| !ceiling.is_empty());
        let ceiling = problems.keep("scope", ceiling.ok_or(()), |()| {
            "Choose at least one scope".to_owned()
        });
        let parent = match self.parent.as_str() {
            "" => Some(None),
            parent => problems
                .keep("parent", ClientId::parse(parent), |_| PARENT.to_owned())
                .map(Some),
        };
        let allowance = problems.keep("uses", self.allowance().ok_or(()), |()| {
            format!(
                "Enter 1 to {} registrations within 1 to {} days",
                Allowance::MOST_USES,
                Allowance::MOST_DAYS
            )
        });
        match (label, ceiling, parent, allowance) {
            (Some(label), Some(ceiling), Some(parent), Some(allowance)) => {
                Ok(CreateInitialAccessToken {
                    environment,
                    label,
                    ceiling,
                    parent,
                    allowance,
                    hash_key,
                })
            }
            _ => Err(problems),
        }
    }

    fn allowance(&self) -> Option<Allowance> {
        let (uses, days) = (self.uses.trim().parse(), self.days.trim().parse());
        Allowance::new(uses.ok()?, days.ok()?)
    }
}

const PARENT: &str = "Choose a client that works, or nobody";

/// Why the verb refused, beside the field that it is about.
pub(super) fn problems(error: CreateInitialAccessTokenError) -> Result<Problems, Refusal> {
    use CreateInitialAccessTokenError as E;
    match error {
        E::UnknownScope(_) => Ok(Problems::one("scope", "Choose scopes of this environment")),
        E::ParentStopped => Ok(Problems::one("parent", PARENT)),
        E::TooDeep => Ok(Problems::one(
            "parent",
            "This client was itself registered by one that was registered: the line ends there",
        )),
        E::BeyondParent(scopes) => {
            let scopes: Vec<_> = scopes.iter().map(ToString::to_string).collect();
            let words = format!(
                "The client that registers has not {}. Take that away",
                scopes.join(", ")
            );
            Ok(Problems::one("scope", words))
        }
        E::NotPermitted(error) => Err(error.into()),
        E::Store(error) => Err(error.into()),
    }
}

/// The fields, as typed.
pub(super) fn fields(typed: &Typed, catalogue: &Catalogue, parents: &[Kin]) -> Vec<Field> {
    let scopes = catalogue.scopes.iter().map(|entry| {
        let scope = entry.scope.as_str();
        Choice::new(scope, scope)
            .hint(entry.description.as_str())
            .chosen(typed.scopes.iter().any(|chosen| chosen == scope))
    });
    let nobody = Choice::new("", "Nobody: a person or a pipeline uses it");
    let clients = parents.iter().map(|kin| {
        Choice::new(
            kin.client_id.as_str(),
            format!("{} ({})", kin.name, kin.client_id),
        )
    });
    vec![
        Field::text("label", "What it is for")
            .hint("You find it by this name, and the requests it leads to name it.")
            .value(typed.label.as_str()),
        Field::checkboxes("scope", "The most that it may ask for", scopes.collect())
            .hint("A request can ask for less. The review team decides about each one."),
        Field::select(
            "parent",
            "Which client registers others with it",
            std::iter::once(nobody).chain(clients).collect(),
        )
        .hint("What a client registers reaches no further than that client, and stops with it.")
        .value(typed.parent.as_str()),
        Field::text("uses", "How many registrations")
            .hint("1 to 1000. The same software again takes no further one.")
            .value(typed.uses.as_str()),
        Field::text("days", "For how many days")
            .hint("1 to 90.")
            .value(typed.days.as_str()),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use rstest::rstest;

    use super::*;

    fn typed() -> Typed {
        Typed {
            label: "Build pipeline".to_owned(),
            scopes: vec!["notes:read".to_owned()],
            ..Typed::empty()
        }
    }

    #[rstest]
    #[case(|_: &mut Typed| {}, "")]
    #[case(|t: &mut Typed| t.parent = "np_agent".to_owned(), "")]
    #[case(|t: &mut Typed| t.label = " ".to_owned(), "label")]
    #[case(|t: &mut Typed| t.scopes.clear(), "scope")]
    #[case(|t: &mut Typed| t.scopes.push("a b".to_owned()), "scope")]
    #[case(|t: &mut Typed| t.parent = "no client\n".to_owned(), "parent")]
    #[case(|t: &mut Typed| t.uses = "0".to_owned(), "uses")]
    #[case(|t: &mut Typed| t.uses = "many".to_owned(), "uses")]
    #[case(|t: &mut Typed| t.days = "91".to_owned(), "uses")]
    fn each_field_is_read(#[case] change: fn(&mut Typed), #[case] wrong: &str) {
        let mut typed = typed();
        change(&mut typed);
        let key = HashKey::from_bytes([7; 32]);
        let found = typed.parse(Environment::Production, &key).err();
        let found = found.map(|problems| problems.summary().items);
        let fields: Vec<_> = found.iter().flatten().map(|(id, _)| id.as_str()).collect();
        assert_eq!(fields.first().copied().unwrap_or_default(), wrong);
    }
}
