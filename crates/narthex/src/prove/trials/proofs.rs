//! Who knows the value that proves a host never says what was seen, and who looks never knows the value.

use crate::prove::refusal::Control::{Grant, Rule};
use crate::prove::role::Role::{Approval, Discovery};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const SEEN: &str = "insert into review.proof (tenant_id, proof_id, domain_id, host, method, evidence, verified_at, expires_at, order_id)
    values ($A, $A.new, $A.domain, $A.host, 'dns_txt', 'seen', now(), now(), $A.order)";
const ANSWER: &str =
    "update intake.fetch_order set claimed_at = now(), answered_at = now(), seen = '[]'
    where order_id = $A.open_order";

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "reads the value that it should find",
        role: Discovery,
        sql: "select challenge from registry.domain",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "has itself look at a host",
        role: Discovery,
        sql: "insert into intake.fetch_order (tenant_id, order_id, kind, domain_id, host, requested_at)
            values ($A, $A.new, 'domain_proof', $A.other_domain, 'other.example', now())",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "writes a proof",
        role: Discovery,
        sql: SEEN,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "answers an order a second time",
        role: Discovery,
        sql: "update intake.fetch_order set seen = '[]' where order_id = $A.order",
        by: Rule("answer_once"),
        but: This(ANSWER),
    },
    Trial {
        what: "says itself what was seen",
        role: Approval,
        sql: ANSWER,
        by: Grant,
        but: As(Discovery),
    },
    Trial {
        what: "proves a host where the value was not seen",
        role: Approval,
        sql: "insert into review.proof (tenant_id, proof_id, domain_id, host, method, evidence, verified_at, expires_at, order_id)
    values ($A, $A.new, $A.domain, $A.host, 'dns_txt', 'seen', now(), now(), $A.open_order)",
        by: Rule("proof_seen"),
        but: This(SEEN),
    },
    Trial {
        what: "proves a host by what was seen at another",
        role: Approval,
        sql: "insert into review.proof (tenant_id, proof_id, domain_id, host, method, evidence, verified_at, expires_at, order_id)
    values ($A, $A.new, $A.other_domain, 'other.example', 'dns_txt', 'seen', now(), now(), $A.order)",
        by: Rule("proof_seen"),
        but: This(SEEN),
    },
    Trial {
        what: "proves a host of tenant B",
        role: Approval,
        sql: "insert into review.proof (tenant_id, proof_id, domain_id, host, method, evidence, verified_at, expires_at, order_id)
    values ($A, $A.new, $B.domain, $B.host, 'dns_txt', 'seen', now(), now(), $B.order)",
        by: Rule("proof_seen"),
        but: This(SEEN),
    },
];
