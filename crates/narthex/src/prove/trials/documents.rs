//! Who has a document looked at does not say what was found, and who looks decides nothing.

use crate::prove::refusal::Control::{Grant, RowSecurity, Unseen};
use crate::prove::role::Role::{Discovery, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const ORDER: &str =
    "insert into intake.fetch_order (tenant_id, order_id, kind, environment, client_id, requested_at)
    values ($A, $A.new, 'document', 'production', 'https://new.example/client.json', now())";

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "has a host looked at that a tenant named",
        role: Token,
        sql: "insert into intake.fetch_order (tenant_id, order_id, kind, environment, client_id, requested_at)
            values ($A, $A.new, 'domain_proof', 'production', 'https://new.example/client.json', now())",
        by: RowSecurity,
        but: This(ORDER),
    },
    Trial {
        what: "has itself look at an address",
        role: Discovery,
        sql: ORDER,
        by: Grant,
        but: As(Token),
    },
    Trial {
        what: "says itself what was found at an address",
        role: Token,
        sql: "update intake.document set looked_at = now()",
        by: Grant,
        but: As(Discovery),
    },
    Trial {
        what: "gives a client keys",
        role: Token,
        sql: "update intake.key_set set looked_at = now()",
        by: Grant,
        but: As(Discovery),
    },
    Trial {
        what: "changes what a registration says that is no address",
        role: Discovery,
        sql: "update intake.quarantine set metadata = '{}' where client_id = $A.stranger",
        by: Unseen,
        but: This("update intake.quarantine set metadata = '{}' where client_id like 'https://%'"),
    },
    Trial {
        what: "lets an address out of quarantine",
        role: Discovery,
        sql: "update intake.quarantine set state = 'linked' where client_id like 'https://%'",
        by: RowSecurity,
        but: This("update intake.quarantine set state = 'quarantined' where client_id like 'https://%'"),
    },
];
