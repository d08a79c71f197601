//! A device gets tokens only after a person allowed it, once, and nobody answers for it twice.

use crate::prove::refusal::Control::{Grant, Key, Rule};
use crate::prove::role::Role::{Approval, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const DENY: &str = "update issue.device_code set state = 'denied', user_code_hash = null";
const ALLOW: &str = "update issue.device_code set state = 'allowed', user_code_hash = null, grant_id = $A.consented, auth_time = now()";

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "gives a device tokens before anybody answered",
        role: Token,
        sql: "update issue.device_code set state = 'redeemed', user_code_hash = null, grant_id = $A.consented, auth_time = now()",
        by: Rule("follow_arrows"),
        but: This(ALLOW),
    },
    Trial {
        what: "allows a device without a person's grant",
        role: Token,
        sql: "update issue.device_code set state = 'allowed', user_code_hash = null",
        by: Rule("a_person_allowed_it"),
        but: This(ALLOW),
    },
    Trial {
        what: "allows a device by the grant of another tenant",
        role: Token,
        sql: "update issue.device_code set state = 'allowed', user_code_hash = null, grant_id = $B.consented, auth_time = now()",
        by: Key("device_code_tenant_id_environment_grant_id_client_id_fkey"),
        but: This(ALLOW),
    },
    Trial {
        what: "keeps the code of a device that was answered",
        role: Token,
        sql: "update issue.device_code set state = 'denied'",
        by: Rule("what_was_answered_is_not_found_again"),
        but: This(DENY),
    },
    Trial {
        what: "lets a device wait for a day",
        role: Token,
        sql: "insert into issue.device_code (tenant_id, environment, code_hash, user_code_hash, client_id, asked_from, state,
                created_at, expires_at)
            values ($A, 'production', sha256('new'), sha256('new'), $A.client, 'x', 'pending', now(), now() + interval '1 day')",
        by: Rule("a_device_waits_shortly"),
        but: This(
            "insert into issue.device_code (tenant_id, environment, code_hash, user_code_hash, client_id, asked_from, state,
                created_at, expires_at)
            values ($A, 'production', sha256('new'), sha256('new'), $A.client, 'x', 'pending', now(), now() + interval '9 minutes')",
        ),
    },
    Trial {
        what: "answers for a person",
        role: Approval,
        sql: DENY,
        by: Grant,
        but: As(Token),
    },
];
