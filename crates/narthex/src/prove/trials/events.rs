//! What receivers hear is written beside what happened, signed by the token plane and told by discovery: none of them does the
//! others' part, and nobody hears twice of one thing or has it said by somebody else.

use crate::prove::refusal::Control::{Grant, Rule, Unique};
use crate::prove::role::Role::{Approval, Discovery, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const EVENT: &str = "insert into issue.security_event (tenant_id, environment, stream_id, kind) values ($A, 'production', $A.stream, 'verification')";
const SIGNED: &str =
    "insert into issue.security_event (tenant_id, environment, stream_id, kind, state, signed)
    values ($A, 'production', $A.stream, 'verification', 'signed', 'forged')";
const STREAM: &str = "insert into issue.event_stream (tenant_id, environment, stream_id, resource_id, method, endpoint, kinds, created_at)
    values ($A, 'production', $A.new, $A.resource, 'push', 'https://evil.example/', '{session-revoked}', now())";
const TRIED: &str = "update issue.security_event set tries = tries + 1";

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "has a receiver hear of what was not",
        role: Discovery,
        sql: EVENT,
        by: Grant,
        but: As(Token),
    },
    Trial {
        what: "puts another token into an event",
        role: Discovery,
        sql: "update issue.security_event set signed = 'forged'",
        by: Grant,
        but: This(TRIED),
    },
    Trial {
        what: "signs an event",
        role: Approval,
        sql: "update issue.security_event set state = 'signed', signed = 'forged'",
        by: Grant,
        but: This("update issue.security_event set next_at = now()"),
    },
    Trial {
        what: "writes an event that is signed already",
        role: Approval,
        sql: SIGNED,
        by: Rule("follow_arrows"),
        but: This(EVENT),
    },
    Trial {
        what: "has events of a resource go somewhere else, too",
        role: Approval,
        sql: STREAM,
        by: Unique("one_stream_a_resource"),
        but: This("update issue.event_stream set endpoint = 'https://other.example/'"),
    },
    Trial {
        what: "has events go somewhere else",
        role: Discovery,
        sql: "update issue.event_stream set endpoint = 'https://evil.example/'",
        by: Grant,
        but: As(Token),
    },
];
