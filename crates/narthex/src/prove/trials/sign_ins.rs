//! Where people sign in: the approval plane alone says so, an identity is one person's for good and of a provider of the same
//! tenant, no provider becomes another one, and nobody is locked out.

use crate::prove::refusal::Control::{Grant, Key, Rule, Unique};
use crate::prove::role::Role::{Approval, Discovery, Staff, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const SECRET: &str = "select client_secret_sealed from tenant.identity_provider";
const REACHED: &str = "update tenant.identity_provider set tested_at = now()";
const LINKED: &str =
    "insert into tenant.linked_identity (tenant_id, issuer, subject, member_id, provider_id, linked_at)
    values ($A, 'https://login.example', 'user', $A.user, $A.provider, now())";
const ADDED: &str = "insert into tenant.identity_provider
    (tenant_id, provider_id, name, issuer, client_id, client_secret_sealed, joins_as, created_at)
    values ($A, $A.new, 'Other', 'https://other.example', 'narthex', sha256('sealed'), 'viewer', now())";
const BEGUN: &str = "insert into tenant.session
    (tenant_id, session_id, token_hash, surface, member_id, created_at, seen_at, expires_at, provider_id, confirmed_at)
    values ($A, $A.new, sha256('new'), 'portal', $A.owner, now(), now(), now() + interval '1 hour', $A.provider, now())";

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "reads what a provider gave",
        role: Discovery,
        sql: SECRET,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "reads what a provider gave",
        role: Staff,
        sql: SECRET,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "reads what a provider gave",
        role: Token,
        sql: SECRET,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "makes a provider another one",
        role: Approval,
        sql: "update tenant.identity_provider set issuer = 'https://evil.example'",
        by: Grant,
        but: This(REACHED),
    },
    Trial {
        what: "believes a provider",
        role: Token,
        sql: ADDED,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "lets whoever a provider names become an owner",
        role: Approval,
        sql: "insert into tenant.identity_provider
    (tenant_id, provider_id, name, issuer, client_id, client_secret_sealed, joins_as, created_at)
    values ($A, $A.new, 'Other', 'https://other.example', 'narthex', sha256('sealed'), 'owner', now())",
        by: Rule("identity_provider_joins_as_check"),
        but: This(ADDED),
    },
    Trial {
        what: "gives an identity to a second person",
        role: Approval,
        sql: "insert into tenant.linked_identity (tenant_id, issuer, subject, member_id, provider_id, linked_at)
    values ($A, 'https://login.example', 'owner', $A.user, $A.provider, now())",
        by: Unique("linked_identity_pkey"),
        but: This(LINKED),
    },
    Trial {
        what: "moves an identity to another person",
        role: Approval,
        sql: "update tenant.linked_identity set member_id = $A.user",
        by: Grant,
        but: This(LINKED),
    },
    Trial {
        what: "links an identity of an issuer that nobody believes",
        role: Approval,
        sql: "insert into tenant.linked_identity (tenant_id, issuer, subject, member_id, provider_id, linked_at)
    values ($A, 'https://evil.example', 'user', $A.user, $A.provider, now())",
        by: Key("linked_identity_tenant_id_provider_id_issuer_fkey"),
        but: This(LINKED),
    },
    Trial {
        what: "links an identity by a provider of another tenant",
        role: Approval,
        sql: "insert into tenant.linked_identity (tenant_id, issuer, subject, member_id, provider_id, linked_at)
    values ($A, 'https://login.example', 'user', $A.user, $B.provider, now())",
        by: Key("linked_identity_tenant_id_provider_id_issuer_fkey"),
        but: This(LINKED),
    },
    Trial {
        what: "begins a session by a provider of another tenant",
        role: Approval,
        sql: "insert into tenant.session
    (tenant_id, session_id, token_hash, surface, member_id, created_at, seen_at, expires_at, provider_id)
    values ($A, $A.new, sha256('new'), 'portal', $A.owner, now(), now(), now() + interval '1 hour', $B.provider)",
        by: Key("session_provider"),
        but: This(BEGUN),
    },
    Trial {
        what: "has a password count as a provider's confirmation",
        role: Approval,
        sql: "insert into tenant.session
    (tenant_id, session_id, token_hash, surface, member_id, created_at, seen_at, expires_at, confirmed_at)
    values ($A, $A.new, sha256('new'), 'portal', $A.owner, now(), now(), now() + interval '1 hour', now())",
        by: Rule("a_provider_confirms"),
        but: This(BEGUN),
    },
    Trial {
        what: "removes the last provider where passwords do not count",
        role: Approval,
        sql: "update tenant.identity_provider set ended_at = now()",
        by: Rule("somebody_gets_in"),
        but: This(REACHED),
    },
];
