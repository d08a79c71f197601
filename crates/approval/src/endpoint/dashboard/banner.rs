//! What the last act led to, told on the next page: a key in the query, fixed words here. Nothing that somebody else
//! wrote into a link is ever repeated.

use actix_web::HttpResponse;
use actix_web::http::header;
use narthex_http::StrictQuery;
use narthex_http::page::{Banner, Tone};

const LESS: &str = "Approved for what the lines say. Registering accepted less beforehand, so the client has it now.";
const NAMELESS: &str = "The view was not saved. Give it a name of at most 120 characters.";

/// Everything a redirect may report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
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
    /// All that was asked for was given.
    Approved,
    /// Less was given, as agreed beforehand.
    ApprovedForLess,
    /// The tenant answers an offer.
    Offered,
    /// The tenant sends a new version.
    ChangesAsked,
    /// A second person confirms it.
    AwaitsSecond,
    /// The second person confirmed.
    Confirmed,
    /// The second person refused.
    Refused,
    /// Nothing was given.
    Rejected,
    /// Nothing was given, and the registration was blocked.
    RejectedAndBlocked,
    /// A person looks at a case.
    Taken,
    /// Nobody looks at it any more.
    HandedBack,
    /// Somebody else was faster.
    TakenMeanwhile,
    /// A registration became a case.
    Linked,
    /// A registration was blocked.
    Blocked,
    /// A client was suspended.
    Suspended,
    /// A client was resumed.
    Resumed,
    /// A client was revoked.
    Revoked,
    /// A known name was saved.
    BrandSaved,
    /// A known name was removed.
    BrandRemoved,
    /// Registration was stopped.
    Braked,
    /// Somebody wants a brake lifted.
    LiftProposed,
    /// A brake was lifted.
    BrakeLifted,
    /// A line was listed.
    Listed,
    /// What waited of a family was blocked.
    FamilyBlocked,
    /// What waited was ended.
    LetExpire,
    /// A registration was taken out of its family.
    SplitOff,
    /// A network was split off a family.
    NetworkSplit,
    /// A tenant was asked about a registration.
    ClaimInvited,
    /// An address is being fetched.
    Fetching,
    /// A line was taken off.
    Unlisted,
    /// Somebody wants a domain trusted.
    TrustProposed,
    /// Two people trust a domain.
    Trusted,
    /// The second person refused.
    TrustRefused,
    /// The first person took it back.
    TrustTakenBack,
    /// What was proposed is not as it was.
    TrustVoid,
    /// A domain is not trusted any more.
    TrustEnded,
    /// A token of the API was ended.
    TokenEnded,
    /// A draft was saved.
    PolicyDrafted,
    /// A draft was tried.
    PolicyTried,
    /// Drafts were tried too often.
    PolicyTriedOften,
    /// A draft was written anew while somebody acted on it.
    PolicyChanged,
    /// A draft was proposed.
    PolicyProposed,
    /// A version was published.
    PolicyPublished,
    /// A tenant was frozen.
    TenantFrozen,
    /// A tenant goes on.
    TenantThawed,
    /// A version was refused.
    PolicyRefused,
    /// A proposal of a version was taken back.
    PolicyTakenBack,
    /// A version changed while it waited.
    PolicyVoid,
}

impl Done {
    const ALL: [Self; 53] = [
        Self::TenantFrozen,
        Self::TenantThawed,
        Self::ViewSaved,
        Self::ViewForgotten,
        Self::ViewNameless,
        Self::TooManyViews,
        Self::SignedOut,
        Self::Approved,
        Self::ApprovedForLess,
        Self::Offered,
        Self::ChangesAsked,
        Self::AwaitsSecond,
        Self::Confirmed,
        Self::Refused,
        Self::Rejected,
        Self::RejectedAndBlocked,
        Self::Taken,
        Self::HandedBack,
        Self::TakenMeanwhile,
        Self::Linked,
        Self::Blocked,
        Self::Suspended,
        Self::Resumed,
        Self::Revoked,
        Self::BrandSaved,
        Self::BrandRemoved,
        Self::Braked,
        Self::LiftProposed,
        Self::BrakeLifted,
        Self::Listed,
        Self::FamilyBlocked,
        Self::LetExpire,
        Self::SplitOff,
        Self::NetworkSplit,
        Self::ClaimInvited,
        Self::Fetching,
        Self::Unlisted,
        Self::TrustProposed,
        Self::Trusted,
        Self::TrustRefused,
        Self::TrustTakenBack,
        Self::TrustVoid,
        Self::TrustEnded,
        Self::TokenEnded,
        Self::PolicyDrafted,
        Self::PolicyTried,
        Self::PolicyTriedOften,
        Self::PolicyChanged,
        Self::PolicyProposed,
        Self::PolicyPublished,
        Self::PolicyRefused,
        Self::PolicyTakenBack,
        Self::PolicyVoid,
    ];

    /// The key in the query.
    const fn key(self) -> &'static str {
        match self {
            Self::ViewSaved => "view-saved",
            Self::ViewForgotten => "view-forgotten",
            Self::ViewNameless => "view-nameless",
            Self::TooManyViews => "too-many-views",
            Self::SignedOut => "signed-out",
            Self::Approved => "approved",
            Self::ApprovedForLess => "approved-for-less",
            Self::Offered => "offered",
            Self::ChangesAsked => "changes-asked",
            Self::AwaitsSecond => "awaits-second",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Rejected => "rejected",
            Self::RejectedAndBlocked => "rejected-and-blocked",
            Self::Taken => "taken",
            Self::HandedBack => "handed-back",
            Self::TakenMeanwhile => "taken-meanwhile",
            Self::Linked => "linked",
            Self::Blocked => "blocked",
            Self::Suspended => "suspended",
            Self::Resumed => "resumed",
            Self::Revoked => "revoked",
            Self::TenantFrozen => "tenant-frozen",
            Self::TenantThawed => "tenant-thawed",
            Self::BrandSaved => "name-saved",
            Self::BrandRemoved => "name-removed",
            Self::Braked => "braked",
            Self::LiftProposed => "lift-proposed",
            Self::BrakeLifted => "brake-lifted",
            Self::Listed => "listed",
            Self::FamilyBlocked => "family-blocked",
            Self::LetExpire => "let-expire",
            Self::SplitOff => "split-off",
            Self::NetworkSplit => "network-split",
            Self::ClaimInvited => "claim-invited",
            Self::Fetching => "fetching",
            Self::Unlisted => "unlisted",
            Self::TrustProposed => "trust-proposed",
            Self::Trusted => "trusted",
            Self::TrustRefused => "trust-refused",
            Self::TrustTakenBack => "trust-taken-back",
            Self::TrustVoid => "trust-void",
            Self::TrustEnded => "trust-ended",
            Self::TokenEnded => "token-ended",
            Self::PolicyDrafted => "policy-drafted",
            Self::PolicyTried => "policy-tried",
            Self::PolicyTriedOften => "policy-tried-often",
            Self::PolicyChanged => "policy-changed",
            Self::PolicyProposed => "policy-proposed",
            Self::PolicyPublished => "policy-published",
            Self::PolicyRefused => "policy-refused",
            Self::PolicyTakenBack => "policy-taken-back",
            Self::PolicyVoid => "policy-void",
        }
    }

    #[allow(clippy::too_many_lines, reason = "one sentence for each")]
    const fn text(self) -> &'static str {
        match self {
            Self::ViewSaved => "The view is saved. It is a tab above the filters.",
            Self::ViewForgotten => "The view is forgotten.",
            Self::ViewNameless => NAMELESS,
            Self::TooManyViews => "The view was not saved. You have 20: forget one first.",
            Self::SignedOut => "You are signed out.",
            Self::Approved => "Approved as requested. The client has what it asked for.",
            Self::ApprovedForLess => LESS,
            Self::Offered => "The offer is sent. The tenant answers it within 14 days.",
            Self::ChangesAsked => "You asked for changes. The tenant sends a new version.",
            Self::AwaitsSecond => {
                "Decided. Nothing is given yet: another person confirms it within 72 hours."
            }
            Self::Confirmed => "Confirmed. The client has what both of you decided.",
            Self::Refused => "Refused. The request is over, and the tenant reads your reason.",
            Self::Rejected => "Rejected. The tenant reads your reason and may ask again.",
            Self::RejectedAndBlocked => "Rejected and blocked. This registration cannot ask again.",
            Self::Taken => "You have taken it. Everybody sees that you are looking at it.",
            Self::HandedBack => "You have handed it back. Nobody is looking at it now.",
            Self::TakenMeanwhile => {
                "It changed while you were reading. Below is who is looking at it now."
            }
            Self::Linked => {
                "Linked. The automatic checks have run; what they saw is below. Nothing is given yet."
            }
            Self::Blocked => "Blocked. The registration leads nowhere from now on.",
            Self::Suspended => "Suspended. The client gets no tokens until somebody resumes it.",
            Self::Resumed => "Resumed. The client gets tokens again.",
            Self::Revoked => "Revoked. The client never gets a token again.",
            Self::TenantFrozen => "The tenant is frozen. Its people can look, and change nothing.",
            Self::TenantThawed => "The tenant goes on as it was.",
            Self::BrandSaved => "Saved. The next screening of any tenant uses it.",
            Self::BrandRemoved => "Removed. What is found already stays found.",
            Self::Braked => "Registration is stopped. Approved clients go on.",
            Self::LiftProposed => {
                "You proposed to lift it. Another person confirms it within 72 hours."
            }
            Self::BrakeLifted => "The brake is lifted. Registration goes as each environment says.",
            Self::Listed => "Listed. It has its effect within two seconds.",
            Self::FamilyBlocked => {
                "Blocked. Nothing like it is taken until the end that you chose."
            }
            Self::LetExpire => "It ended. The same software may register again, and waits again.",
            Self::SplitOff => "Split off. It is decided on its own from now on.",
            Self::NetworkSplit => {
                "Split off. Whoever calls from there is a family of their own within seconds."
            }
            Self::ClaimInvited => {
                "The tenant is asked. Its answer shows on the page of the family."
            }
            Self::Fetching => "The address is being fetched. Reload this page in a few seconds.",
            Self::Unlisted => "Taken off the list.",
            Self::TrustProposed => "You proposed it. Another person confirms it within 72 hours.",
            Self::Trusted => {
                "Trusted. Clients of the domain that wait are taken up within a minute."
            }
            Self::TrustRefused => "Refused. Nothing is trusted by it.",
            Self::TrustTakenBack => "Taken back. Nothing is trusted by it.",
            Self::TrustVoid | Self::PolicyVoid => {
                "Nothing was done: what was proposed is not as it was any more. Propose it anew if it is still needed."
            }
            Self::TrustEnded => "Ended. What was let in by it goes on.",
            Self::TokenEnded => "The token is ended. The next call with it is refused.",
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
            Self::ViewNameless | Self::TooManyViews => Tone::Warn,
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
        assert_eq!(
            told("done=signed-out").as_deref(),
            Some("You are signed out.")
        );
        assert_eq!(told("done=Your+account+is+closed"), None);
        assert_eq!(told("done=approved&done=linked"), None);
        assert_eq!(told(""), None);
        for done in Done::ALL {
            assert_eq!(
                told(&format!("done={}", done.key())).as_deref(),
                Some(done.text())
            );
        }
    }
}
