//! How an integration stands, in the words of the portal: state, badge, whose turn it is. Words only; every state has
//! some, and none is shown raw.

use narthex_http::page::{Badge, Icon, StripCell, Tone};
use narthex_vocab::{ClientState, Environment, Id, RequestState, kind};

use super::signed_in::SignedIn;
use crate::store::portal_standing::{Asking, Living, Standing};

/// The state of a request as a badge.
pub(super) fn request_badge(state: RequestState) -> Badge {
    let tone = match state {
        RequestState::Draft | RequestState::Lapsed | RequestState::Withdrawn => Tone::Neutral,
        RequestState::Submitted
        | RequestState::Screening
        | RequestState::InReview
        | RequestState::AwaitingSecond => Tone::Info,
        RequestState::ChangesRequested | RequestState::RejectedByPolicy | RequestState::Offered => {
            Tone::Warn
        }
        RequestState::AutoApproved | RequestState::Approved => Tone::Ok,
        RequestState::Rejected | RequestState::RejectedAndBlocked | RequestState::Refused => {
            Tone::Danger
        }
    };
    Badge::new(tone, state.label())
}

/// The next step of a request, and whose it is.
pub(super) const fn request_next(state: RequestState) -> &'static str {
    match state {
        RequestState::Draft => "Finish it and send it",
        RequestState::Submitted | RequestState::Screening => "The automatic checks run",
        RequestState::InReview => "The review team decides",
        RequestState::ChangesRequested => "Read what the review team wants changed",
        RequestState::RejectedByPolicy => "Read which rule refused, and mend it",
        RequestState::Offered => "Answer the offer",
        RequestState::AwaitingSecond => "Approved by one of two people",
        RequestState::AutoApproved | RequestState::Approved => "Nothing to do",
        RequestState::Rejected | RequestState::RejectedAndBlocked | RequestState::Refused => {
            "Read the reason"
        }
        RequestState::Lapsed => "Nobody answered in time. Send a new one",
        RequestState::Withdrawn => "You took it back",
    }
}

/// The state of a client as a badge, in the words of its environment.
pub(super) fn client_badge(environment: Environment, state: ClientState) -> Badge {
    let tone = match (state, environment) {
        (ClientState::Active, Environment::Production) => {
            return Badge::new(Tone::Live, "Live in production");
        }
        (ClientState::Active, Environment::Sandbox) => {
            return Badge::new(Tone::Ok, "Live in the sandbox").icon(Icon::Tick);
        }
        (ClientState::AwaitingCredentials | ClientState::Restricted, _) => Tone::Warn,
        (ClientState::Suspended | ClientState::Revoked, _) => Tone::Danger,
        (ClientState::Expired, _) => Tone::Neutral,
    };
    Badge::new(tone, state.label())
}

/// The next step of a client, and whose it is.
fn client_next(client: &Living) -> String {
    let because = |what: &str| match &client.reason {
        Some(reason) => format!("{what}: {reason}"),
        None => what.to_owned(),
    };
    match client.state {
        ClientState::AwaitingCredentials => "Create credentials".to_owned(),
        ClientState::Active => "Nothing to do".to_owned(),
        ClientState::Restricted => because("It gets nothing new"),
        ClientState::Suspended => because("Stopped"),
        ClientState::Expired => "Its approval has ended. Send a new request".to_owned(),
        ClientState::Revoked => because("Ended for good"),
    }
}

impl SignedIn {
    /// The page of a request.
    pub(super) fn request_path(&self, environment: Environment, id: Id<kind::Request>) -> String {
        self.path(&format!("/{environment}/requests/{id}"))
    }

    /// How an integration stands in one environment: a cell of its strip, a cell of the list.
    pub(super) fn standing(
        &self,
        integration: Id<kind::Integration>,
        environment: Environment,
        standing: Option<&Standing>,
    ) -> StripCell {
        let request = standing.and_then(|standing| standing.request.as_ref());
        let client = standing.and_then(|standing| standing.client.as_ref());
        match (client, request) {
            (Some(client), asking) => self.client_cell((integration, environment), client, asking),
            (None, Some(asking)) => {
                let (badge, next) = (request_badge(asking.state), request_next(asking.state));
                StripCell::new(environment, badge, next)
                    .href(self.request_path(environment, asking.id))
            }
            (None, None) => {
                let badge = Badge::new(Tone::Neutral, "Not asked for");
                StripCell::new(environment, badge, "Nothing was asked for here")
            }
        }
    }

    /// A client, and the newer request for more, where one is open: the client works on meanwhile.
    fn client_cell(
        &self,
        (integration, environment): (Id<kind::Integration>, Environment),
        client: &Living,
        asking: Option<&Asking>,
    ) -> StripCell {
        let badge = client_badge(environment, client.state);
        if let Some(asking) = asking.filter(|asking| asking.state.is_open()) {
            let next = format!("A newer request: {}", asking.state.label().to_lowercase());
            let href = self.request_path(environment, asking.id);
            return StripCell::new(environment, badge, next).href(href);
        }
        let cell = StripCell::new(environment, badge, client_next(client));
        match client.state {
            ClientState::AwaitingCredentials => {
                cell.href(self.path(&format!("/integrations/{integration}#{environment}")))
            }
            ClientState::Active
            | ClientState::Restricted
            | ClientState::Suspended
            | ClientState::Expired
            | ClientState::Revoked => cell,
        }
    }
}
