//! Where an access request stands and which arrows lead on. It carries no facts: who decided and why are on the request's rows.

/// The state of one version of an access request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestState {
    /// Being written by the tenant.
    Draft,
    /// Sent, not yet screened.
    Submitted,
    /// The automatic checks run.
    Screening,
    /// A named rule approved it.
    AutoApproved,
    /// A rule refused it; mended it is sent again as the next version.
    RejectedByPolicy,
    /// A person looks at it.
    InReview,
    /// The reviewer asked for changes; they come as the next version.
    ChangesRequested,
    /// The reviewer made a counter-proposal; declined it goes back to the reviewer.
    Offered,
    /// A person rejected it.
    Rejected,
    /// A person rejected it and blocked what asked.
    RejectedAndBlocked,
    /// One of two people approved it.
    AwaitingSecond,
    /// Approved by everyone who had to.
    Approved,
    /// The second person refused.
    Refused,
    /// Nobody answered in time.
    Lapsed,
    /// Taken back by the tenant.
    Withdrawn,
}

impl RequestState {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::Draft,
        Self::Submitted,
        Self::Screening,
        Self::AutoApproved,
        Self::RejectedByPolicy,
        Self::InReview,
        Self::ChangesRequested,
        Self::Offered,
        Self::Rejected,
        Self::RejectedAndBlocked,
        Self::AwaitingSecond,
        Self::Approved,
        Self::Refused,
        Self::Lapsed,
        Self::Withdrawn,
    ];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Screening => "screening",
            Self::AutoApproved => "auto_approved",
            Self::RejectedByPolicy => "rejected_by_policy",
            Self::InReview => "in_review",
            Self::ChangesRequested => "changes_requested",
            Self::Offered => "offered",
            Self::Rejected => "rejected",
            Self::RejectedAndBlocked => "rejected_and_blocked",
            Self::AwaitingSecond => "awaiting_second",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Lapsed => "lapsed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Submitted => "Sent",
            Self::Screening => "Checking",
            Self::AutoApproved => "Approved by rule",
            Self::RejectedByPolicy | Self::ChangesRequested => "Changes needed",
            Self::InReview => "In review",
            Self::Offered => "Offer to answer",
            Self::Rejected => "Rejected",
            Self::RejectedAndBlocked => "Rejected and blocked",
            Self::AwaitingSecond => "Waiting for second approval",
            Self::Approved => "Approved",
            Self::Refused => "Second approval refused",
            Self::Lapsed => "Lapsed",
            Self::Withdrawn => "Withdrawn",
        }
    }

    /// Where a row may begin.
    pub const FIRST: &'static [Self] = &[Self::Draft, Self::Submitted];

    /// The states that may follow this one.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::Submitted, Self::Withdrawn],
            Self::Submitted => &[Self::Screening, Self::Withdrawn],
            Self::Screening => &[
                Self::AutoApproved,
                Self::RejectedByPolicy,
                Self::InReview,
                Self::Withdrawn,
            ],
            Self::InReview => &[
                Self::ChangesRequested,
                Self::Offered,
                Self::Rejected,
                Self::RejectedAndBlocked,
                Self::AwaitingSecond,
                Self::Approved,
                Self::Withdrawn,
            ],
            Self::Offered => &[
                Self::InReview,
                Self::AwaitingSecond,
                Self::Approved,
                Self::Lapsed,
                Self::Withdrawn,
            ],
            Self::AwaitingSecond => &[Self::Approved, Self::Refused, Self::Lapsed, Self::Withdrawn],
            Self::AutoApproved
            | Self::RejectedByPolicy
            | Self::ChangesRequested
            | Self::Rejected
            | Self::RejectedAndBlocked
            | Self::Approved
            | Self::Refused
            | Self::Lapsed
            | Self::Withdrawn => &[],
        }
    }

    /// Whether somebody or something acts next: on this version, or with the next one.
    pub const fn is_open(self) -> bool {
        !self.is_final() || self.is_sent_back()
    }

    /// Whether the tenant answers with the next version.
    pub const fn is_sent_back(self) -> bool {
        matches!(self, Self::RejectedByPolicy | Self::ChangesRequested)
    }
}

crate::machine::machine!(RequestState);
crate::word::closed_word!(RequestState, "request state");

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use super::RequestState as S;

    /// The arrows, written out once more: a change of the machine is a change of two places.
    const ARROWS: &str = "
        draft submitted withdrawn
        submitted screening withdrawn
        screening auto_approved rejected_by_policy in_review withdrawn
        auto_approved
        rejected_by_policy
        in_review changes_requested offered rejected rejected_and_blocked awaiting_second approved withdrawn
        changes_requested
        offered in_review awaiting_second approved lapsed withdrawn
        rejected
        rejected_and_blocked
        awaiting_second approved refused lapsed withdrawn
        approved
        refused
        lapsed
        withdrawn";

    #[test]
    fn the_arrows_are_those_of_the_design() {
        let mut rows = 0;
        for row in ARROWS.lines().filter(|row| !row.trim().is_empty()) {
            let mut words = row
                .split_whitespace()
                .map(|word| word.parse::<S>().unwrap());
            let from = words.next().unwrap();
            assert_eq!(words.collect::<Vec<_>>(), from.next(), "{from}");
            rows += 1;
        }
        assert_eq!(rows, S::ALL.len());
    }

    #[test]
    fn whatever_goes_on_may_be_withdrawn_and_nothing_else() {
        for state in S::ALL.iter().copied() {
            assert_eq!(state.may_become(S::Withdrawn), !state.is_final(), "{state}");
            assert_eq!(state.is_open(), !state.is_final() || state.is_sent_back());
        }
    }

    #[test]
    fn nothing_is_approved_without_screening_first() {
        for state in [
            S::Draft,
            S::Submitted,
            S::RejectedByPolicy,
            S::ChangesRequested,
        ] {
            assert!(!state.may_become(S::Approved) && !state.may_become(S::AutoApproved));
        }
    }
}
