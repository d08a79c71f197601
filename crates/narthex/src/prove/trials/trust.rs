//! Who is trusted, who claims what, how much strangers may do: each is somebody's to say, within its bounds, and nobody
//! else's. What takes two people takes two, whoever writes.

use crate::prove::refusal::Control::{Grant, Key, Rule};
use crate::prove::role::Role::{Approval, Discovery, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const TRUST: &str = "insert into review.trusted_domain (tenant_id, environment, trust_id, domain, sponsor_id, reason, created_at,
        expires_at)
    values ($A, 'production', $A.new, 'new.example', $A.owner, 'We know them', now(), now() + interval '90 days')";
const DISTRUST: &str = "update review.trusted_domain set ended_by = $A.owner, ended_at = now()";
const CLAIM: &str = "insert into review.claim (tenant_id, environment, claim_id, client_id, reason, invited_by, invited_by_name,
        created_at, expires_at)
    values ($A, 'production', $A.new, 'https://app.example/client.json', 'It may be theirs', $A.staff, 'Staff', now(),
        now() + interval '72 hours')";
const CONFIRM: &str = "update review.proposal set state = 'confirmed', answered_by_tenant = $P, answered_by = $A.owner,
    answered_by_name = 'Second', answered_at = now(), answer = 'Fine' where proposal_id = $A.proposal";
const PROPOSALS: &str = "select from review.proposal";
const LOWER: &str = "update tenant.registration_limits set calls_per_minute = 50";
const MORE_TIME: &str = "update intake.quarantine set expires_at = expires_at + interval '1 minute' where client_id = $A.stranger";

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "trusts a domain",
        role: Discovery,
        sql: TRUST,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "trusts a domain",
        role: Token,
        sql: TRUST,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "ends the trust in a domain",
        role: Discovery,
        sql: DISTRUST,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "has a person of another tenant answer for what it trusts",
        role: Approval,
        sql: "insert into review.trusted_domain (tenant_id, environment, trust_id, domain, sponsor_id, reason, created_at,
                expires_at)
            values ($A, 'production', $A.new, 'new.example', $B.owner, 'We know them', now(), now() + interval '90 days')",
        by: Key("trusted_domain_tenant_id_sponsor_id_fkey"),
        but: This(TRUST),
    },
    Trial {
        what: "trusts a domain for good",
        role: Approval,
        sql: "insert into review.trusted_domain (tenant_id, environment, trust_id, domain, sponsor_id, reason, created_at,
                expires_at)
            values ($A, 'production', $A.new, 'new.example', $A.owner, 'We know them', now(), now() + interval '367 days')",
        by: Rule("trust_ends"),
        but: This(TRUST),
    },
    Trial {
        what: "trusts a domain in production and does not say why",
        role: Approval,
        sql: "insert into review.trusted_domain (tenant_id, environment, trust_id, domain, sponsor_id, reason, created_at,
                expires_at)
            values ($A, 'production', $A.new, 'new.example', $A.owner, '', now(), now() + interval '90 days')",
        by: Rule("production_says_why"),
        but: This(TRUST),
    },
    Trial {
        what: "lets a trust last longer than was said",
        role: Approval,
        sql: "update review.trusted_domain set expires_at = expires_at + interval '1 day'",
        by: Grant,
        but: This(DISTRUST),
    },
    Trial {
        what: "trusts, as staff, what nobody confirmed",
        role: Approval,
        sql: "insert into review.trusted_domain (tenant_id, environment, trust_id, domain, sponsor_id, reason, created_at,
                expires_at, proposal_id)
            select $A, 'production', $A.new, 'proposed.example', $A.owner, 'We know them', now(),
                (change ->> 'until')::timestamptz, proposal_id from review.proposal where proposal_id = $A.proposal",
        by: Rule("trust_takes_two"),
        but: This(TRUST),
    },
    Trial {
        what: "trusts, as staff, something else than was confirmed",
        role: Approval,
        sql: "update review.proposal set state = 'confirmed', answered_by_tenant = $P, answered_by = $A.owner,
                answered_by_name = 'Second', answered_at = now() where proposal_id = $A.proposal;
            insert into review.trusted_domain (tenant_id, environment, trust_id, domain, sponsor_id, reason, created_at,
                expires_at, proposal_id)
            select $A, 'production', $A.new, 'other.example', $A.owner, 'We know them', now(),
                (change ->> 'until')::timestamptz, proposal_id from review.proposal where proposal_id = $A.proposal",
        by: Rule("trust_takes_two"),
        but: This("update review.proposal set state = 'confirmed', answered_by_tenant = $P, answered_by = $A.owner,
                answered_by_name = 'Second', answered_at = now() where proposal_id = $A.proposal;
            insert into review.trusted_domain (tenant_id, environment, trust_id, domain, sponsor_id, reason, created_at,
                expires_at, proposal_id)
            select $A, 'production', $A.new, 'proposed.example', $A.owner, 'We know them', now(),
                (change ->> 'until')::timestamptz, proposal_id from review.proposal where proposal_id = $A.proposal"),
    },
    Trial {
        what: "confirms what they proposed themselves",
        role: Approval,
        sql: "update review.proposal set state = 'confirmed', answered_by_tenant = $P, answered_by = $A.staff,
            answered_by_name = 'Prove', answered_at = now() where proposal_id = $A.proposal",
        by: Rule("another_person_answers"),
        but: This(CONFIRM),
    },
    Trial {
        what: "confirms a proposal as a person of the tenant",
        role: Approval,
        sql: "update review.proposal set state = 'confirmed', answered_by_tenant = $A, answered_by = $A.owner,
            answered_by_name = 'Owner', answered_at = now() where proposal_id = $A.proposal",
        by: Rule("by_the_platform_alone"),
        but: This(CONFIRM),
    },
    Trial {
        what: "confirms a proposal after its time",
        role: Approval,
        sql: "update review.proposal set state = 'confirmed', answered_by_tenant = $P, answered_by = $A.owner,
            answered_by_name = 'Second', answered_at = expires_at where proposal_id = $A.proposal",
        by: Rule("an_answer_is_in_time"),
        but: This(CONFIRM),
    },
    Trial {
        what: "changes what was proposed",
        role: Approval,
        sql: "update review.proposal set change = '{}'",
        by: Grant,
        but: This(PROPOSALS),
    },
    Trial {
        what: "forgets a proposal",
        role: Approval,
        sql: "delete from review.proposal",
        by: Grant,
        but: This(PROPOSALS),
    },
    Trial {
        what: "reads what is proposed",
        role: Token,
        sql: PROPOSALS,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "asks a tenant about a registration",
        role: Discovery,
        sql: CLAIM,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "answers a claim",
        role: Discovery,
        sql: "update review.claim set state = 'disowned', answered_by = $A.owner, answered_at = now()",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "asks a tenant for longer than a week",
        role: Approval,
        sql: "insert into review.claim (tenant_id, environment, claim_id, client_id, reason, invited_by, invited_by_name,
                created_at, expires_at)
            values ($A, 'production', $A.new, 'https://app.example/client.json', 'It may be theirs', $A.staff, 'Staff', now(),
                now() + interval '8 days')",
        by: Rule("a_claim_ends"),
        but: This(CLAIM),
    },
    Trial {
        what: "claims a registration for somebody of another tenant",
        role: Approval,
        sql: "update review.claim set state = 'disowned', answered_by = $B.owner, answered_at = now()",
        by: Key("claim_tenant_id_answered_by_fkey"),
        but: This("update review.claim set state = 'disowned', answered_by = $A.owner, answered_at = now()"),
    },
    Trial {
        what: "claims a registration without a case",
        role: Approval,
        sql: "update review.claim set state = 'claimed', answered_by = $A.owner, answered_at = now()",
        by: Rule("a_claim_is_a_case"),
        but: This("update review.claim set state = 'disowned', answered_by = $A.owner, answered_at = now()"),
    },
    Trial {
        what: "changes what strangers may do",
        role: Discovery,
        sql: LOWER,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "gives strangers more than the platform does",
        role: Approval,
        sql: "update tenant.registration_limits set calls_per_minute = 120001",
        by: Rule("registration_limits_calls_per_minute_check"),
        but: This(LOWER),
    },
    Trial {
        what: "takes time from what waits",
        role: Approval,
        sql: "update intake.quarantine set expires_at = expires_at - interval '1 minute' where client_id = $A.stranger",
        by: Rule("only_more_time"),
        but: This(MORE_TIME),
    },
    Trial {
        what: "gives time to what is decided",
        role: Approval,
        sql: "update intake.quarantine set state = 'blocked' where client_id = $A.stranger;
            update intake.quarantine set expires_at = expires_at + interval '1 minute' where client_id = $A.stranger",
        by: Rule("only_more_time"),
        but: This(MORE_TIME),
    },
    Trial {
        what: "puts back into its family what was taken out",
        role: Approval,
        sql: "update intake.quarantine set apart = true where client_id = $A.stranger;
            update intake.quarantine set apart = false where client_id = $A.stranger",
        by: Rule("stays_apart"),
        but: This("update intake.quarantine set apart = true where client_id = $A.stranger"),
    },
];
