//! Who answers strangers never says that one was approved, and who approves never reads what strangers hold.

use crate::prove::refusal::Control::{Grant, Rule};
use crate::prove::role::Role::{Approval, Discovery, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "names the client that a waiting registration led to",
        role: Discovery,
        sql: "update intake.deferral set client_id = $A.client",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "vouches for a waiting registration",
        role: Discovery,
        sql: "update intake.deferral set approver = $A.user",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "finds a waiting registration by what a person types",
        role: Discovery,
        sql: "select verification_hash from intake.deferral",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "calls a registration confirmed without a case",
        role: Discovery,
        sql: "update intake.deferral set state = 'confirmed'",
        by: Rule("a_person_before_a_client"),
        but: This("update intake.deferral set state = 'cancelled'"),
    },
    Trial {
        what: "finds a waiting registration by what its registrant holds",
        role: Approval,
        sql: "select code_hash from intake.deferral",
        by: Grant,
        but: As(Discovery),
    },
    Trial {
        what: "reads the answer of a registration",
        role: Approval,
        sql: "select answer from intake.deferral",
        by: Grant,
        but: As(Discovery),
    },
    Trial {
        what: "registers in a stranger's name",
        role: Approval,
        sql: "insert into intake.deferral (tenant_id, environment, deferral_id, code_hash, verification_hash, sealing_key,
                fingerprint, metadata, created_at, expires_at)
            values ($A, 'production', $A.new, sha256('other code'), sha256('other'), sha256('key'), sha256('family'), '{}',
                now(), now() + interval '1 hour')",
        by: Grant,
        but: As(Discovery),
    },
    Trial {
        what: "lets a client manage a registration",
        role: Discovery,
        sql: "update intake.registration_access set information = '{}'",
        by: Grant,
        but: This("update intake.registration_access set live = false"),
    },
    Trial {
        what: "keeps a secret where a registration is read",
        role: Approval,
        sql: "insert into intake.registration_access (tenant_id, environment, client_id, token_hash, information, created_at)
            values ($A, 'production', $A.client, sha256('other'), '{\"client_secret\": \"x\"}', now())",
        by: Rule("registration_access_information_check"),
        but: This("update intake.registration_access set live = false"),
    },
    Trial {
        what: "changes what a registration says",
        role: Discovery,
        sql: "update intake.registration_access set information = '{\"scope\": \"everything\"}'",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "takes up a wish of a client by itself",
        role: Discovery,
        sql: "update intake.registration_update set seen_hash = content_hash",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "wishes in the name of a client",
        role: Approval,
        sql: "update intake.registration_update set metadata = '{}'",
        by: Grant,
        but: As(Discovery),
    },
    Trial {
        what: "trusts an issuer of software statements",
        role: Discovery,
        sql: "insert into tenant.statement_issuer (tenant_id, environment, issuer, jwks_uri, changed_at)
            values ($A, 'production', 'https://evil.example/', 'https://evil.example/jwks', now())",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "lets a trust domain vouch for software",
        role: Approval,
        sql: "insert into tenant.statement_issuer (tenant_id, environment, issuer, jwks_uri, changed_at)
            values ($A, 'production', 'spiffe://prod.example', 'https://prod.example/bundle', now())",
        by: Rule("a_trust_domain_has_workloads"),
        but: This("insert into tenant.statement_issuer (tenant_id, environment, issuer, jwks_uri, changed_at, counts_for)
            values ($A, 'production', 'spiffe://prod.example', 'https://prod.example/bundle', now(), '{workloads}')"),
    },
    Trial {
        what: "believes an issuer about everything",
        role: Approval,
        sql: "update tenant.statement_issuer set counts_for = '{everything}'",
        by: Rule("it_counts_for_something"),
        but: This("update tenant.statement_issuer set counts_for = '{workloads}'"),
    },
    Trial {
        what: "lets whoever vouches for workloads vouch for software too",
        role: Approval,
        sql: "update tenant.statement_issuer set counts_for = '{statements,workloads}'",
        by: Rule("it_counts_for_something"),
        but: This("update tenant.statement_issuer set counts_for = '{workloads,people}'"),
    },
    Trial {
        what: "trusts an issuer with workloads where it only reads whom to trust",
        role: Token,
        sql: "update tenant.statement_issuer set counts_for = '{workloads}'",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "writes keys of an issuer whose address is read",
        role: Approval,
        sql: "update intake.statement_keys set refusal = 'none'",
        by: Grant,
        but: As(Discovery),
    },
    Trial {
        what: "reads by what a client shows its secret",
        role: Approval,
        sql: "select secret_hash from intake.registration_access",
        by: Grant,
        but: As(Discovery),
    },
    Trial {
        what: "revives a registration that has ended",
        role: Discovery,
        sql: "update intake.registration_access set live = false; update intake.registration_access set live = true",
        by: Rule("stays_ended"),
        but: This("update intake.registration_access set live = false"),
    },
];
