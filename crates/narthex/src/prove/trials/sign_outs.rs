//! What is demanded of tokens is an owner's word, and what clients hear of a sign-out is the token plane's: whoever tells it changes
//! neither the address nor the token, and nobody signs for another.

use crate::prove::refusal::Control::{Grant, Rule};
use crate::prove::role::Role::{Approval, Discovery, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const NOTICE: &str = "insert into issue.logout_notice (tenant_id, environment, notice_id, client_id, uri, logout_token, created_at, expires_at)
    values ($A, 'production', $A.new, $A.client, 'https://evil.example/', 'signed', now(), now() + interval '2 minutes')";
const TOLD: &str = "update issue.logout_notice set state = 'delivered', logout_token = null";
const DEMANDED: &str = "update tenant.token_policy set bound_tokens = false";

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "has a client told of a sign-out that was none",
        role: Discovery,
        sql: NOTICE,
        by: Grant,
        but: As(Token),
    },
    Trial {
        what: "tells somebody else of a sign-out",
        role: Discovery,
        sql: "update issue.logout_notice set uri = 'https://evil.example/'",
        by: Grant,
        but: This(TOLD),
    },
    Trial {
        what: "keeps the token of a sign-out that was told",
        role: Discovery,
        sql: "update issue.logout_notice set state = 'delivered'",
        by: Rule("a_token_waits_and_no_longer"),
        but: This(TOLD),
    },
    Trial {
        what: "tells of a sign-out of long ago",
        role: Token,
        sql: "insert into issue.logout_notice (tenant_id, environment, notice_id, client_id, uri, logout_token, created_at, expires_at)
    values ($A, 'production', $A.new, $A.client, 'https://evil.example/', 'signed', now(), now() + interval '1 day')",
        by: Rule("a_notice_is_short_lived"),
        but: This(NOTICE),
    },
    Trial {
        what: "signs somebody out",
        role: Discovery,
        sql: "insert into issue.signed_out (tenant_id, environment, session_id, at, expires_at)
    values ($A, 'sandbox', $A.user_session, now(), now())",
        by: Grant,
        but: As(Token),
    },
    Trial {
        what: "demands less of tokens",
        role: Token,
        sql: DEMANDED,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "has tokens signed with nothing",
        role: Approval,
        sql: "update tenant.token_policy set access_algorithm = 'none'",
        by: Rule("token_policy_access_algorithm_check"),
        but: This(DEMANDED),
    },
];
