//! Where a deferred registration stands and which arrows lead on (draft-dellaert-oauth-approval-based-dcr).
//! Only an approved case leads to an answer, and an answer is given once.

/// The state of a registration that waits for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeferralState {
    /// Nobody has entered its verification code yet.
    Pending,
    /// A person vouches for it; a case is open.
    Confirmed,
    /// Its case was approved; the answer is being made.
    Activated,
    /// The sealed answer waits for the registrant.
    Answered,
    /// The registrant has the answer.
    Consumed,
    /// Somebody, or the policy, refused it.
    Rejected,
    /// The registrant gave it up.
    Cancelled,
    /// Its time ended first.
    Expired,
}

impl DeferralState {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::Pending,
        Self::Confirmed,
        Self::Activated,
        Self::Answered,
        Self::Consumed,
        Self::Rejected,
        Self::Cancelled,
        Self::Expired,
    ];

    /// The text form, as in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Activated => "activated",
            Self::Answered => "answered",
            Self::Consumed => "consumed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// Where a row may begin.
    pub const FIRST: &'static [Self] = &[Self::Pending];

    /// The states that may follow this one.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[
                Self::Confirmed,
                Self::Rejected,
                Self::Cancelled,
                Self::Expired,
            ],
            Self::Confirmed => &[
                Self::Activated,
                Self::Rejected,
                Self::Cancelled,
                Self::Expired,
            ],
            Self::Activated => &[Self::Answered, Self::Cancelled, Self::Expired],
            Self::Answered => &[Self::Consumed, Self::Cancelled, Self::Expired],
            Self::Consumed | Self::Rejected | Self::Cancelled | Self::Expired => &[],
        }
    }
}

crate::machine::machine!(DeferralState);
crate::word::closed_word!(DeferralState, "deferral state");
