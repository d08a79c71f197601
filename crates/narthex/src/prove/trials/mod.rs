//! What must be impossible, as lists of tries.

pub(super) mod apart;
pub(super) mod approvals;
pub(super) mod clients;
pub(super) mod devices;
pub(super) mod documents;
pub(super) mod events;
pub(super) mod floods;
pub(super) mod logs;
pub(super) mod mail;
pub(super) mod planes;
pub(super) mod policies;
pub(super) mod promotions;
pub(super) mod proofs;
pub(super) mod registrations;
pub(super) mod sign_ins;
pub(super) mod sign_outs;
pub(super) mod trust;
