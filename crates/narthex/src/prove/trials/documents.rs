//! Who has a document looked at does not say what was found, and who looks decides nothing.

use crate::prove::refusal::Control::{Grant, RowSecurity, Rule, Unseen};
use crate::prove::role::Role::{Approval, Discovery, Staff, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const ORDER: &str =
    "insert into intake.fetch_order (tenant_id, order_id, kind, environment, client_id, requested_at)
    values ($A, $A.new, 'document', 'production', 'https://new.example/client.json', now())";

/// Both planes see that there is one.
const WARNINGS: &str = "select 1 from review.warning";

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
        what: "draws the logo of a client itself",
        role: Approval,
        sql: "update intake.logo set looked_at = now()",
        by: Grant,
        but: As(Discovery),
    },
    Trial {
        what: "shows people another logo than was approved",
        role: Token,
        sql: "update intake.logo set changed_at = null",
        by: Grant,
        but: This("select 1 from intake.logo where changed_at is not null"),
    },
    Trial {
        what: "forgets that a logo became another picture",
        role: Discovery,
        sql: "update intake.logo set changed_at = null",
        by: Grant,
        but: This("update intake.logo set looked_at = now()"),
    },
    Trial {
        what: "has a logo looked at",
        role: Token,
        sql: "insert into intake.fetch_order (tenant_id, order_id, kind, environment, url, requested_at)
            values ($A, $A.new, 'logo', 'production', 'https://new.example/logo.png', now())",
        by: Grant,
        but: As(Approval),
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
    Trial {
        what: "ends the warning that people before an app read",
        role: Token,
        sql: "update review.warning set people = 1",
        by: Grant,
        but: This(WARNINGS),
    },
    Trial {
        what: "warns of an app, or lets people warn of one",
        role: Token,
        sql: "insert into review.warning (tenant_id, environment, decision_id, request_id, version, people)
            values ($A, 'production', $A.limited_decision, $A.limited_request, 1, 100)",
        by: Grant,
        but: This(WARNINGS),
    },
    Trial {
        what: "ends a warning that was decided",
        role: Approval,
        sql: "update review.warning set until = now()",
        by: Grant,
        but: This(WARNINGS),
    },
    Trial {
        what: "takes a warning away that was decided",
        role: Approval,
        sql: "delete from review.warning",
        by: Grant,
        but: This(WARNINGS),
    },
    Trial {
        what: "warns of a client that is no address",
        role: Approval,
        sql: "insert into review.warning (tenant_id, environment, decision_id, request_id, version, people)
            values ($A, 'production', $A.spare_decision, $A.spare_request, 1, 100)",
        by: Rule("warning_of_an_address"),
        but: This(WARNINGS),
    },
    Trial {
        what: "reads who has allowed a client, beyond how many",
        role: Staff,
        sql: "select member_id from issue.\"grant\"",
        by: Grant,
        but: This("select issue.connected($A, 'production', $A.client, now() - interval '1 day')"),
    },
    Trial {
        what: "learns which permissions of another tenant are over",
        role: Approval,
        sql: "select issue.ended($B, 'production', array[$B.client])",
        by: Grant,
        but: As(Staff),
    },
    Trial {
        what: "counts the people of another tenant's client",
        role: Approval,
        sql: "select issue.connected($B, 'production', $B.client, now())",
        by: Grant,
        but: This("select 1 from issue.\"grant\""),
    },
];
