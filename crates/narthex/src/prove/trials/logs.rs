//! The three logs are added to and nothing else; the ledger's chain is made by the database.

use crate::prove::refusal::Control::{Grant, Replaced};
use crate::prove::role::Role::{Approval, Discovery, Staff, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const FORGED: &str = "with forged as (
    insert into ledger.entry (tenant_id, seq, at, actor_kind, actor, action, object, reason, detail, request_id, previous_hash, hash)
    values ($A, 99, now(), 'system', 'prove', 'client.activate', 'x', '', '{}', 'prove', sha256('forged'), sha256('forged'))
    returning seq, previous_hash, hash)
    select from forged where seq = 99 or previous_hash = sha256('forged') or hash = sha256('forged')";
const CHAINED: &str = "with written as (
    insert into ledger.entry (tenant_id, at, actor_kind, actor, action, object, reason, detail, request_id)
    values ($A, now(), 'system', 'prove', 'client.activate', 'x', '', '{}', 'prove') returning seq, previous_hash)
    select from written where seq = 2 and previous_hash = (select hash from ledger.entry where seq = 1)";
const ENTRY: &str = "insert into ledger.entry (tenant_id, at, actor_kind, actor, action, object, reason, detail, request_id)
    values ($A, now(), 'system', 'prove', 'client.activate', 'x', '', '{}', 'prove')";
const ISSUED: &str = "insert into issue.issuance (tenant_id, environment, at, jti, client_id, grant_type, subject, scope,
        audience, expires_at, request_id)
    values ($A, 'production', now(), $A.new, $A.client, 'client_credentials', 'x', 'x', 'x', now(), 'prove')";
const ISSUED_ASIDE: &str = "insert into issue.issuance_default (tenant_id, environment, at, jti, client_id, grant_type,
        subject, scope, audience, expires_at, request_id)
    values ($A, 'production', now(), $A.new, $A.client, 'client_credentials', 'x', 'x', 'x', now(), 'prove')";

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "numbers, links or seals a ledger entry itself",
        role: Approval,
        sql: FORGED,
        by: Replaced("chain"),
        but: This(CHAINED),
    },
    Trial {
        what: "logs a token",
        role: Discovery,
        sql: "select issue.write_issuances($A, '[]')",
        by: Grant,
        but: As(Token),
    },
    Trial {
        what: "asks whether a token counts",
        role: Approval,
        sql: "select issue.is_live($A, 'production', $A.new, $A.client, now())",
        by: Grant,
        but: As(Token),
    },
    Trial {
        what: "moves the end of the chain",
        role: Approval,
        sql: "update ledger.head set seq = 99",
        by: Grant,
        but: This(ENTRY),
    },
    Trial {
        what: "moves the end of the chain by a trigger of its own",
        role: Approval,
        sql: "create temporary table aside (like ledger.entry);
            create trigger chain before insert on aside for each row execute function ledger.chain();
            insert into aside (tenant_id) values ($A)",
        by: Grant,
        but: This("create temporary table aside (like ledger.entry); select 1"),
    },
    Trial {
        what: "writes a token's row past the table, into its partition",
        role: Token,
        sql: ISSUED_ASIDE,
        by: Grant,
        but: This(ISSUED),
    },
    Trial {
        what: "reads a log's rows past the table, in its partition",
        role: Staff,
        sql: "select from intake.attempt_default",
        by: Grant,
        but: This("select from intake.attempt"),
    },
    Trial {
        what: "counts attempts of a flood down",
        role: Discovery,
        sql: "update intake.tally set calls = 1",
        by: crate::prove::refusal::Control::Rule("only_grow"),
        but: This("update intake.tally set calls = calls + 1"),
    },
    Trial {
        what: "gives counted attempts another outcome",
        role: Discovery,
        sql: "update intake.tally set outcome = 'refused'",
        by: Grant,
        but: This("update intake.tally set calls = calls + 1"),
    },
    Trial {
        what: "forgets counted attempts",
        role: Discovery,
        sql: "delete from intake.tally",
        by: Grant,
        but: This("select from intake.tally"),
    },
    Trial {
        what: "counts a family's attempts down to nothing",
        role: Discovery,
        sql: "update intake.family set attempts = 0",
        by: crate::prove::refusal::Control::Rule("family_attempts_check"),
        but: This("update intake.family set attempts = attempts + 1"),
    },
];
