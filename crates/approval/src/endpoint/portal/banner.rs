//! What the last act led to, told on the next page: a key in the query, fixed words here. Nothing that somebody else
//! wrote into a link is ever repeated.

use actix_web::HttpResponse;
use actix_web::http::header;
use narthex_http::StrictQuery;
use narthex_http::page::{Banner, Tone};

/// Everything a redirect may report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// An invitation was accepted.
    Joined,
    /// A resource was added.
    ResourceAdded,
    /// Clients may ask to register others.
    RegistrationOffered,
    /// A scope was added.
    ScopeAdded,
    /// A tool was added.
    ToolAdded,
    /// A tool has another schema.
    ToolChanged,
    /// An integration was sent.
    Sent,
    /// An offer was accepted.
    OfferAccepted,
    /// An offer was accepted, and a second person of the platform has to confirm it.
    OfferAwaitsSecond,
    /// An offer was declined.
    OfferDeclined,
    /// A request was taken back.
    Withdrawn,
    /// A credential was retired.
    CredentialRetired,
    /// An initial access token was revoked.
    InitialAccessRevoked,
    /// A client was suspended.
    Suspended,
    Resumed,
    /// A client was ended for good.
    Revoked,
    /// An app that registers itself was refused.
    TurnedAway,
    /// Settings were saved.
    Saved,
    /// A domain was added.
    DomainAdded,
    /// A domain is being checked.
    Checking,
    /// A domain was removed.
    DomainRemoved,
    /// Registration was stopped.
    Braked,
    /// Registration goes on.
    BrakeLifted,
    /// A token of the API was ended.
    TokenEnded,
    /// A registration was claimed.
    Claimed,
    /// A registration was said to be somebody else's.
    Disowned,
    /// A person was removed.
    MemberRemoved,
    /// A person has another role.
    RoleChanged,
    /// An invitation was taken back.
    InvitationEnded,
    InvitedTooOften,
    /// Somebody was asked to answer for an integration.
    HandoverAsked,
    /// Somebody answers for an integration.
    HandoverAccepted,
    /// Somebody will not answer for an integration.
    HandoverDeclined,
    /// A view was saved.
    ViewSaved,
    /// A view was forgotten.
    ViewForgotten,
    /// A view needs a name.
    ViewNameless,
    /// There are as many views as one may have.
    TooManyViews,
    /// The session was ended.
    SignedOut,
    /// A new password was set by a link.
    PasswordReset,
    /// An invitation was accepted where people sign in at providers alone.
    JoinedToConnect,
    /// Somebody joined by a provider's word.
    JoinedElsewhere,
    /// A provider was added.
    ProviderAdded,
    /// A provider was reached.
    ProviderReached,
    /// A provider was removed.
    ProviderRemoved,
    /// A draft was saved.
    PolicyDrafted,
    /// A draft was tried.
    PolicyTried,
    /// A draft was tried too often.
    PolicyTriedOften,
    /// A draft was written anew while somebody acted on it.
    PolicyChanged,
    /// A draft was proposed.
    PolicyProposed,
    /// A version was published.
    PolicyPublished,
    /// A version was refused.
    PolicyRefused,
    /// A proposal of a version was taken back.
    PolicyTakenBack,
    /// A version changed while it waited.
    PolicyVoid,
    /// A test goes to a receiver of security events.
    EventTested,
    /// A test went to it a moment ago.
    EventTestedOften,
    /// A receiver hears of no security events any more.
    EventsRemoved,
}

impl Done {
    const ALL: [Self; 56] = [
        Self::Joined,
        Self::ResourceAdded,
        Self::RegistrationOffered,
        Self::ScopeAdded,
        Self::ToolAdded,
        Self::ToolChanged,
        Self::Sent,
        Self::OfferAccepted,
        Self::OfferAwaitsSecond,
        Self::OfferDeclined,
        Self::Withdrawn,
        Self::CredentialRetired,
        Self::InitialAccessRevoked,
        Self::Suspended,
        Self::Resumed,
        Self::Revoked,
        Self::TurnedAway,
        Self::Saved,
        Self::DomainAdded,
        Self::Checking,
        Self::DomainRemoved,
        Self::Braked,
        Self::BrakeLifted,
        Self::TokenEnded,
        Self::Claimed,
        Self::Disowned,
        Self::MemberRemoved,
        Self::RoleChanged,
        Self::InvitationEnded,
        Self::InvitedTooOften,
        Self::HandoverAsked,
        Self::HandoverAccepted,
        Self::HandoverDeclined,
        Self::ViewSaved,
        Self::ViewForgotten,
        Self::ViewNameless,
        Self::TooManyViews,
        Self::SignedOut,
        Self::PasswordReset,
        Self::JoinedToConnect,
        Self::JoinedElsewhere,
        Self::ProviderAdded,
        Self::ProviderReached,
        Self::ProviderRemoved,
        Self::PolicyDrafted,
        Self::PolicyTried,
        Self::PolicyTriedOften,
        Self::PolicyChanged,
        Self::PolicyProposed,
        Self::PolicyPublished,
        Self::PolicyRefused,
        Self::PolicyTakenBack,
        Self::PolicyVoid,
        Self::EventTested,
        Self::EventTestedOften,
        Self::EventsRemoved,
    ];

    /// The key in the query.
    const fn key(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::ResourceAdded => "resource-added",
            Self::RegistrationOffered => "registration-offered",
            Self::ScopeAdded => "scope-added",
            Self::ToolAdded => "tool-added",
            Self::ToolChanged => "tool-changed",
            Self::Sent => "sent",
            Self::OfferAccepted => "offer-accepted",
            Self::OfferAwaitsSecond => "offer-awaits-second",
            Self::OfferDeclined => "offer-declined",
            Self::Withdrawn => "withdrawn",
            Self::CredentialRetired => "credential-retired",
            Self::InitialAccessRevoked => "initial-access-revoked",
            Self::Suspended => "suspended",
            Self::Resumed => "resumed",
            Self::Revoked => "revoked",
            Self::TurnedAway => "turned-away",
            Self::Saved => "saved",
            Self::DomainAdded => "domain-added",
            Self::Checking => "checking",
            Self::DomainRemoved => "domain-removed",
            Self::Braked => "braked",
            Self::BrakeLifted => "brake-lifted",
            Self::TokenEnded => "token-ended",
            Self::Claimed => "claimed",
            Self::Disowned => "disowned",
            Self::MemberRemoved => "member-removed",
            Self::RoleChanged => "role-changed",
            Self::InvitationEnded => "invitation-ended",
            Self::InvitedTooOften => "invited-too-often",
            Self::HandoverAsked => "handover-asked",
            Self::HandoverAccepted => "handover-accepted",
            Self::HandoverDeclined => "handover-declined",
            Self::ViewSaved => "view-saved",
            Self::ViewForgotten => "view-forgotten",
            Self::ViewNameless => "view-nameless",
            Self::TooManyViews => "too-many-views",
            Self::SignedOut => "signed-out",
            Self::PasswordReset => "password-reset",
            Self::JoinedToConnect => "joined-to-connect",
            Self::JoinedElsewhere => "joined-elsewhere",
            Self::ProviderAdded => "provider-added",
            Self::ProviderReached => "provider-reached",
            Self::ProviderRemoved => "provider-removed",
            Self::PolicyDrafted => "policy-drafted",
            Self::PolicyTried => "policy-tried",
            Self::PolicyTriedOften => "policy-tried-often",
            Self::PolicyChanged => "policy-changed",
            Self::PolicyProposed => "policy-proposed",
            Self::PolicyPublished => "policy-published",
            Self::PolicyRefused => "policy-refused",
            Self::PolicyTakenBack => "policy-taken-back",
            Self::PolicyVoid => "policy-void",
            Self::EventTested => "event-tested",
            Self::EventTestedOften => "event-tested-often",
            Self::EventsRemoved => "events-removed",
        }
    }

    #[allow(clippy::too_many_lines, reason = "one sentence for each")]
    const fn text(self) -> &'static str {
        match self {
            Self::Joined => "You joined. This is your home page: it shows what needs you.",
            Self::ResourceAdded => {
                "The resource is added. Add the scopes it understands, then its tools."
            }
            Self::RegistrationOffered => {
                "Integrations can ask for it now. The review team decides about each one."
            }
            Self::ScopeAdded => "The scope is added.",
            Self::ToolAdded => "The tool is added.",
            Self::ToolChanged => {
                "The tool has its new schema. Nobody calls it before a reviewer has approved it again."
            }
            Self::Sent => "Sent. The automatic checks have run; what they saw is below.",
            Self::OfferAwaitsSecond => {
                "You accepted the offer. A second person of the review team confirms it within 72 hours."
            }
            Self::OfferAccepted => "You accepted the offer. Create credentials to start using it.",
            Self::OfferDeclined => {
                "You declined the offer. The review team reads your comment next."
            }
            Self::Withdrawn => "You took the request back. Nobody works on it any more.",
            Self::CredentialRetired => "The credential is retired. It no longer gets tokens.",
            Self::InitialAccessRevoked => "The token is revoked. It registers nothing any more.",
            Self::Suspended => "The client is suspended. It gets no tokens until it is resumed.",
            Self::Resumed => "The client goes on, as it was approved.",
            Self::Revoked => "Revoked. The client never gets a token again.",
            Self::TurnedAway => "You refused the app. It hears so and gets nothing.",
            Self::Saved => "Saved.",
            Self::DomainAdded => "The domain is added. Publish its value, then check.",
            Self::Checking => "The check has started. What it sees is below in a few seconds.",
            Self::DomainRemoved => "The domain is removed.",
            Self::Braked => "Registration is stopped in both environments. Your clients go on.",
            Self::BrakeLifted => "Registration goes on as the settings say.",
            Self::TokenEnded => "The token is ended. The next call with it is refused.",
            Self::Claimed => "Claimed. You answer for it, and the review team decides the request.",
            Self::Disowned => "The review team reads that it is not yours.",
            Self::RoleChanged => "The role is changed. It counts from their next click on.",
            Self::InvitationEnded => "The invitation is taken back. Its link leads nowhere.",
            Self::InvitedTooOften => {
                "Nobody was invited, and the link of before works. An address is invited three times a day at most, and a tenant invites a hundred times: try again tomorrow."
            }
            Self::MemberRemoved => {
                "The person is removed. Every session and token of theirs has ended."
            }
            Self::HandoverAsked => "Asked. Nothing changes until the person says yes.",
            Self::HandoverAccepted => {
                "You answer for it. What was limited because nobody did goes on."
            }
            Self::HandoverDeclined => "You said no. An owner asks somebody else.",
            Self::ViewSaved => "The view is saved. It is a tab above the filters.",
            Self::ViewForgotten => "The view is forgotten.",
            Self::ViewNameless => {
                "The view was not saved. Give it a name of at most 120 characters."
            }
            Self::TooManyViews => "The view was not saved. You have 20: forget one first.",
            Self::SignedOut => "You are signed out.",
            Self::PasswordReset => {
                "The new password is set. Sign in with it, here or wherever an app asks you to."
            }
            Self::JoinedToConnect => {
                "Your account is ready. Sign in at the provider; the first time you connect it with the password that you chose."
            }
            Self::JoinedElsewhere => {
                "You joined by your identity provider. This is your home page: it shows what needs you."
            }
            Self::ProviderAdded => {
                "The provider is added, and on the sign-in page. Test its connection, then sign in there yourself."
            }
            Self::ProviderReached => "Reached: its discovery document and its keys were read.",
            Self::ProviderRemoved => {
                "The provider is removed. Every session that began there has ended."
            }
            Self::PolicyDrafted => {
                "The draft is saved. It is in force for nobody: try it, then propose it."
            }
            Self::PolicyTried => "Tried. What would change is below; nothing was changed.",
            Self::PolicyTriedOften => {
                "You have tried drafts very often. Wait ten minutes, then try again."
            }
            Self::PolicyChanged => {
                "Nothing was done: the version was changed while you were reading. Below is what it says now."
            }
            Self::PolicyProposed => {
                "You proposed it. A second person publishes or refuses it within 72 hours."
            }
            Self::PolicyPublished => "Published. What is screened from now on is judged by it.",
            Self::PolicyRefused => "Refused. The version is a draft again, and nothing changed.",
            Self::PolicyTakenBack => "Taken back. The version is a draft again.",
            Self::PolicyVoid => {
                "Nothing was done: what was proposed is not as it was any more. Propose it anew if it is still needed."
            }
            Self::EventTested => "A test is on its way. How it went is below in a few seconds.",
            Self::EventTestedOften => "No test was sent: the last one was less than a minute ago.",
            Self::EventsRemoved => {
                "The server hears of nothing any more. It can still ask about tokens."
            }
        }
    }

    /// What the query of this page reports, if it reports anything we know.
    pub(crate) fn told(query: &StrictQuery) -> Option<Banner> {
        let key = query.one("done").ok().flatten()?;
        let done = Self::ALL.into_iter().find(|done| done.key() == key)?;
        Some(Banner::new(done.tone(), done.text()))
    }

    /// How it is shown: what was not done is no success.
    const fn tone(self) -> Tone {
        match self {
            Self::ViewNameless
            | Self::TooManyViews
            | Self::InvitedTooOften
            | Self::EventTestedOften => Tone::Warn,
            _ => Tone::Ok,
        }
    }

    /// To a page whose address has a query already, which then reports it.
    pub(crate) fn beside(self, address: &str) -> HttpResponse {
        see(&format!("{address}&done={}", self.key()))
    }

    /// To the page at `path`, which then reports it.
    pub(crate) fn at(self, path: &str) -> HttpResponse {
        see(&format!("{path}?done={}", self.key()))
    }
}

/// To the page at `path`: the answer to every post that did something.
pub(crate) fn see(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use narthex_http::Params;

    use super::*;

    #[test]
    fn only_our_own_words_are_told() {
        let told = |query: &str| {
            let query = StrictQuery(Params::parse(query.as_bytes()).unwrap());
            Done::told(&query).map(|banner| banner.text)
        };
        assert_eq!(told("done=saved").as_deref(), Some("Saved."));
        assert_eq!(told("done=Your+account+is+closed"), None);
        assert_eq!(told("done=saved&done=sent"), None);
        assert_eq!(told(""), None);
        for done in Done::ALL {
            assert_eq!(
                told(&format!("done={}", done.key())).as_deref(),
                Some(done.text())
            );
        }
    }
}
