//! What the pages say before a client is stopped, resumed or ended, in the portal and the dashboard alike: the numbers
//! are those of what then happens. It reads and decides nothing.

use narthex_http::page::{Field, Shell, When, number};
use narthex_vocab::ClientState;

use super::danger_page::DangerPage;
use super::portal::problems::Problems;
use crate::store::cascade::Cascade;
use crate::suspend::Stop;

/// What somebody typed.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) reason: String,
    pub(super) name: String,
}

/// The client that is stopped, as its page names it.
pub(super) struct Stopped<'a> {
    pub(super) name: &'a str,
    /// Credentials that work.
    pub(super) live: usize,
    /// What goes with it.
    pub(super) cascade: &'a Cascade,
}

impl Stopped<'_> {
    /// The page before the act, which goes to `action` and back to `back`.
    pub(super) fn page(
        &self,
        shell: Shell,
        what: Stop,
        (fields, problems): (Vec<Field>, &Problems),
        (action, back): (String, String),
    ) -> DangerPage {
        DangerPage {
            shell: shell.problem(!problems.is_empty()),
            errors: problems.summary(),
            last: (what == Stop::Revoke).then(|| {
                let words = "Revoking is final. To stop it for a while, suspend it instead.";
                ("This cannot be undone", words.to_owned())
            }),
            effects: effects(self, what),
            kept: kept(what),
            action,
            fields: fields
                .into_iter()
                .map(|field| problems.beside(field))
                .collect(),
            button: format!("{} {}", verb(what), self.name),
            back,
        }
    }
}

/// The verb on the button, which begins the title, too.
pub(super) const fn verb(what: Stop) -> &'static str {
    match what {
        Stop::Suspend => "Suspend",
        Stop::Resume => "Resume",
        Stop::Revoke => "Revoke",
    }
}

/// The state in which what is below follows.
pub(super) const fn leads_to(what: Stop) -> ClientState {
    match what {
        Stop::Suspend => ClientState::Suspended,
        Stop::Resume => ClientState::Active,
        Stop::Revoke => ClientState::Revoked,
    }
}

/// The field for the reason and, before what is final, the one for the name.
pub(super) fn fields(name: &str, (what, typed): (Stop, &Typed), readers: &str) -> Vec<Field> {
    let reason = Field::area("reason", "Reason", 3)
        .hint(format!("{readers}, and it is kept in the ledger."))
        .value(typed.reason.as_str());
    let confirm = || {
        Field::text("name", "Type the name to confirm")
            .hint(name)
            .value(typed.name.as_str())
            .autocomplete("off")
    };
    std::iter::once(reason)
        .chain((what == Stop::Revoke).then(confirm))
        .collect()
}

/// Whether the name was typed where it has to be: pasted or typed, in whatever case.
pub(super) fn is_confirmed(what: Stop, typed: &Typed, name: &str) -> bool {
    what != Stop::Revoke || typed.name.trim().to_lowercase() == name.to_lowercase()
}

/// Beside the field for the name.
pub(super) const OTHER_NAME: &str = "The name does not match. Type it as it stands above the field";

/// Why nothing was done.
pub(super) fn not_possible(state: ClientState) -> String {
    let state = state.label().to_lowercase();
    format!("This is not possible now: the client is {state}. Nothing was changed")
}

fn effects(stopped: &Stopped<'_>, what: Stop) -> Vec<(String, String)> {
    if what == Stop::Resume {
        return vec![(
            "1".to_owned(),
            "client gets tokens again, as it was approved".to_owned(),
        )];
    }
    let cascade = stopped.cascade;
    let ends = cascade.last_ends.map_or_else(String::new, |at| {
        let at = When::new(at).to_the_second().text();
        format!(
            " A server that only checks signatures accepts the last of them until {at}; one that asks us refuses them at \
             once."
        )
    });
    let mut effects = vec![(
        "1".to_owned(),
        "client gets no tokens from now on".to_owned(),
    )];
    effects.extend(followers(cascade));
    effects.extend([
        (
            number(cascade.tokens),
            format!("access tokens have not ended yet.{ends}"),
        ),
        (
            number(cascade.subjects),
            "people or services they are for have to wait or use another client".to_owned(),
        ),
        (
            stopped.live.to_string(),
            "credentials stop working".to_owned(),
        ),
    ]);
    effects
}

/// The clients that stop with it, by the names of what they belong to.
fn followers(cascade: &Cascade) -> Option<(String, String)> {
    let names: Vec<_> = cascade
        .followers
        .iter()
        .map(|kin| kin.name.as_str())
        .collect();
    let count = number(u64::try_from(names.len()).unwrap_or_default());
    let which = names.join(", ");
    (!names.is_empty()).then(|| {
        (
            count,
            format!("clients that it registered stop with it: {which}"),
        )
    })
}

fn kept(what: Stop) -> Vec<String> {
    let mut kept = vec![
        "Clients of this integration in the other environment keep working.".to_owned(),
        "The logs and the ledger stay.".to_owned(),
    ];
    match what {
        Stop::Suspend => kept.insert(
            0,
            "Its approval and its credentials stay: it can be resumed.".to_owned(),
        ),
        Stop::Resume => kept.insert(0, "What it may reach does not change.".to_owned()),
        Stop::Revoke => {}
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{Typed, is_confirmed};
    use crate::suspend::Stop;

    #[test]
    fn a_name_may_be_pasted_in_any_case() {
        let typed = |name: &str| Typed {
            name: name.to_owned(),
            ..Typed::default()
        };
        let name = "Northwind CRM sync";
        assert!(is_confirmed(
            Stop::Revoke,
            &typed(" northwind crm sync\n"),
            name
        ));
        assert!(!is_confirmed(Stop::Revoke, &typed(""), name));
        assert!(!is_confirmed(Stop::Revoke, &typed("Northwind CRM"), name));
        assert!(is_confirmed(Stop::Suspend, &typed(""), name));
    }
}
