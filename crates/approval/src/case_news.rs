//! Whoever asked hears by mail what people made of their case, with its page. The mail repeats nothing that the client says about
//! itself, and not the reviewer's words: those are on the page, for who may read it.

use narthex_tenancy::{StoreError, TenantTx, member, tenant};
use narthex_vocab::RequestState;

use crate::acting::Acting;
use crate::letter::Letter;
use crate::request::AccessRequest;

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// It gave a client.
    Approved,
    /// Less is offered; the tenant answers.
    Offered,
    /// A reviewer wants something else in it.
    ChangesWanted,
    /// It is refused.
    Refused,
}

impl News {
    /// What a case that closed in this state says, if anything.
    pub(crate) const fn of(state: RequestState) -> Option<Self> {
        match state {
            RequestState::ChangesRequested => Some(Self::ChangesWanted),
            RequestState::Rejected | RequestState::RejectedAndBlocked | RequestState::Refused => {
                Some(Self::Refused)
            }
            RequestState::Draft
            | RequestState::Submitted
            | RequestState::Screening
            | RequestState::AutoApproved
            | RequestState::RejectedByPolicy
            | RequestState::InReview
            | RequestState::Offered
            | RequestState::AwaitingSecond
            | RequestState::Approved
            | RequestState::Lapsed
            | RequestState::Withdrawn => None,
        }
    }

    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Approved => "case_approved",
            Self::Offered => "case_offered",
            Self::ChangesWanted => "case_changes",
            Self::Refused => "case_refused",
        }
    }

    pub(crate) const fn heading(self) -> &'static str {
        match self {
            Self::Approved => "Your request is approved",
            Self::Offered => "You are offered a part of what you asked for",
            Self::ChangesWanted => "Your request needs changes",
            Self::Refused => "Your request is refused",
        }
    }

    pub(crate) const fn what(self) -> &'static str {
        match self {
            Self::Approved => "Create credentials to start using it.",
            Self::Offered => "Accept or decline within 14 days. After that the offer lapses.",
            Self::ChangesWanted => "Read what the review team wants, and send a new version.",
            Self::Refused => "Read why on its page.",
        }
    }
}

/// Tells who asked, when mail is sent and they are still there.
pub(crate) async fn tell(
    tx: &mut TenantTx,
    (request, news): (&AccessRequest, News),
    acting: &mut Acting<'_>,
) -> Result<(), StoreError> {
    let Some(asked) = request.requested_by.filter(|_| acting.tells()) else {
        return Ok(());
    };
    let member = match member::load(tx, asked).await {
        Err(StoreError::NotFound) => return Ok(()),
        found => found?,
    };
    let tenant = tenant::load(tx).await?;
    acting
        .tell(tx, |mail| {
            Letter::news(mail, &tenant, (&member, request.at), news)
        })
        .await
}
