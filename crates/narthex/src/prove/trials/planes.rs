//! What the role of each plane may never do.

use crate::prove::refusal::Control::{Grant, RowSecurity, Unseen};
use crate::prove::role::Role::{Approval, Discovery, Staff, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const NEW_CLIENT: &str = "insert into registry.client (tenant_id, environment, client_id, integration_id, request_id,
        version, approval_id, metadata, created_at, changed_at, expires_at)
    values ($A, 'production', $A.new, $A.integration, $A.spare_request, 1, $A.spare_approval, '{}', now(), now(), now())";
const ACTIVATE: &str =
    "update registry.client set state = 'restricted' where client_id = $A.client";
const NEW_CREDENTIAL: &str = "insert into registry.credential (tenant_id, environment, client_id, credential_id, kind,
        secret_hash, last4, created_by, created_at, expires_at)
    values ($A, 'production', $A.client, $A.new, 'secret', sha256('new'), 'last', $A.owner, now(), now())";
const NEW_REACH: &str = "insert into registry.entitlement (tenant_id, environment, client_id, scope, approval_id, expires_at)
    values ($A, 'production', $A.client, $A.scope, $A.approval, now())";
const RELEASE: &str = "update intake.quarantine set state = 'linked' where client_id = $A.stranger";
const NEW_ENTRY: &str = "insert into ledger.entry (tenant_id, at, actor_kind, actor, action, object, reason, detail, request_id)
    values ($A, now(), 'system', 'prove', 'client.activate', 'x', '', '{}', 'prove')";
const NEW_DECISION: &str = "insert into review.decision (tenant_id, environment, decision_id, request_id, version, kind,
        decider_tenant_id, decided_by, reason, payload_hash, at)
    values ($A, 'production', $A.new, $A.fresh_request, 1, 'approve', $P, $A.staff, 'Fine', sha256('payload'), now())";
const NEW_ISSUANCE: &str = "insert into issue.issuance (tenant_id, environment, at, jti, client_id, grant_type, subject,
        scope, audience, expires_at, request_id)
    values ($A, 'production', now(), $A.new, $A.client, 'client_credentials', 'x', 'x', 'x', now(), 'prove')";
const NEW_ATTEMPT: &str = "insert into intake.attempt (tenant_id, environment, at, attempt_id, outcome, source, reason, request_id)
    values ($A, 'production', now(), $A.new, 'refused', '192.0.2.0/32', 'x', 'prove')";
const NEW_KEY: &str =
    "insert into issue.published_key (tenant_id, environment, kid, jwk, published_at)
    values ($A, 'production', $A.next_key, '{\"kty\": \"OKP\", \"x\": \"x\"}', now())";
const PORTAL_SESSION: &str = "insert into tenant.session (tenant_id, session_id, token_hash, surface, member_id, created_at, seen_at, expires_at)
    values ($A, $A.new, sha256('new'), 'portal', $A.owner, now(), now(), now())";
const USER_SESSION: &str = "insert into tenant.session (tenant_id, session_id, token_hash, surface, member_id, created_at, seen_at, expires_at)
    values ($A, $A.new, sha256('new'), 'user', $A.user, now(), now(), now())";

const fn trial(
    what: &'static str,
    role: crate::prove::role::Role,
    sql: &'static str,
    by: crate::prove::refusal::Control,
    but: crate::prove::trial::But,
) -> Trial {
    Trial {
        what,
        role,
        sql,
        by,
        but,
    }
}

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    trial(
        "writes a client",
        Discovery,
        NEW_CLIENT,
        Grant,
        As(Approval),
    ),
    trial(
        "changes a client's state",
        Discovery,
        ACTIVATE,
        Grant,
        As(Approval),
    ),
    trial(
        "adds a credential",
        Discovery,
        NEW_CREDENTIAL,
        Grant,
        As(Approval),
    ),
    trial(
        "reads a credential",
        Discovery,
        "select secret_hash from registry.credential",
        Grant,
        As(Token),
    ),
    trial(
        "reads a decision",
        Discovery,
        "select from review.decision",
        Grant,
        As(Approval),
    ),
    trial(
        "reads a case",
        Discovery,
        "select from review.access_request",
        Grant,
        As(Approval),
    ),
    trial(
        "lets a registration out of quarantine",
        Discovery,
        RELEASE,
        Unseen,
        As(Approval),
    ),
    trial(
        "changes an attempt",
        Discovery,
        "update intake.attempt set outcome = 'refused'",
        Grant,
        This("select from intake.attempt"),
    ),
    trial(
        "forgets an attempt",
        Discovery,
        "delete from intake.attempt",
        Grant,
        This(NEW_ATTEMPT),
    ),
    trial(
        "reads a signing key",
        Discovery,
        "select from issue.signing_key",
        Grant,
        As(Token),
    ),
    trial("publishes a key", Discovery, NEW_KEY, Grant, As(Token)),
    trial(
        "reads a password",
        Discovery,
        "select password_hash from tenant.member",
        Grant,
        As(Token),
    ),
    trial(
        "reads a session",
        Discovery,
        "select from tenant.session",
        Grant,
        As(Token),
    ),
    trial(
        "opens an environment",
        Discovery,
        "update tenant.environment set registration_mode = 'closed'",
        Grant,
        As(Approval),
    ),
    trial(
        "writes the ledger",
        Discovery,
        NEW_ENTRY,
        Grant,
        As(Approval),
    ),
    trial(
        "reads a signing key",
        Approval,
        "select from issue.signing_key",
        Grant,
        As(Token),
    ),
    trial("publishes a key", Approval, NEW_KEY, Grant, As(Token)),
    trial(
        "writes that a token was issued",
        Approval,
        NEW_ISSUANCE,
        Grant,
        As(Token),
    ),
    trial(
        "reads an authorization code",
        Approval,
        "select from issue.authorization_code",
        Grant,
        As(Token),
    ),
    trial(
        "reads a refresh token",
        Approval,
        "select from issue.refresh_token",
        Grant,
        As(Token),
    ),
    trial(
        "reads an end user's session",
        Approval,
        "select from tenant.session where surface = 'user'",
        Unseen,
        As(Token),
    ),
    trial(
        "makes an end user's session",
        Approval,
        USER_SESSION,
        RowSecurity,
        As(Token),
    ),
    trial(
        "writes an attempt",
        Approval,
        NEW_ATTEMPT,
        Grant,
        As(Discovery),
    ),
    trial(
        "takes back a revocation",
        Approval,
        "delete from issue.revocation",
        Grant,
        This(
            "insert into issue.revocation (tenant_id, environment, jti, at, expires_at, why)
            values ($A, 'production', $A.new, now(), now(), 'prove')",
        ),
    ),
    trial(
        "changes what was decided",
        Approval,
        "update review.decision set reason = 'other'",
        Grant,
        This("select from review.decision"),
    ),
    trial(
        "changes what was approved",
        Approval,
        "update review.approval set expires_at = 'infinity'",
        Grant,
        This("select from review.approval"),
    ),
    trial(
        "takes back what was approved",
        Approval,
        "delete from review.approval_scope",
        Grant,
        This("select from review.approval_scope"),
    ),
    trial(
        "changes what was asked",
        Approval,
        "update review.access_request set metadata = '{}'",
        Grant,
        This("update review.access_request set risk_score = 1"),
    ),
    trial(
        "changes what the policy said",
        Approval,
        "update review.policy_run set verdict = 'allow'",
        Grant,
        This("select from review.policy_run"),
    ),
    trial("writes a client", Token, NEW_CLIENT, Grant, As(Approval)),
    trial(
        "changes a client's state",
        Token,
        ACTIVATE,
        Grant,
        As(Approval),
    ),
    trial(
        "adds a credential",
        Token,
        NEW_CREDENTIAL,
        Grant,
        As(Approval),
    ),
    trial(
        "gives a client reach",
        Token,
        NEW_REACH,
        Grant,
        This("select from registry.entitlement"),
    ),
    trial(
        "adds a scope to the catalogue",
        Token,
        "insert into registry.scope (tenant_id, environment, scope, resource_id, description, risk)
            values ($A, 'production', 'new', $A.resource, 'New', 'read')",
        Grant,
        As(Approval),
    ),
    trial("decides a case", Token, NEW_DECISION, Grant, As(Approval)),
    trial(
        "reads a case",
        Token,
        "select from review.access_request",
        Grant,
        As(Approval),
    ),
    trial(
        "lets a registration out of quarantine",
        Token,
        RELEASE,
        Grant,
        As(Approval),
    ),
    trial(
        "reads a TOTP seed",
        Token,
        "select totp_sealed from tenant.member",
        Grant,
        As(Approval),
    ),
    trial(
        "changes a password",
        Token,
        "update tenant.member set password_hash = 'x'",
        Grant,
        As(Approval),
    ),
    trial(
        "reads a portal session",
        Token,
        "select from tenant.session where surface <> 'user'",
        Unseen,
        As(Approval),
    ),
    trial(
        "makes a portal session",
        Token,
        PORTAL_SESSION,
        RowSecurity,
        As(Approval),
    ),
    trial(
        "reads an invitation",
        Token,
        "select from tenant.invitation",
        Grant,
        As(Approval),
    ),
    trial(
        "gives a person a role",
        Token,
        "insert into tenant.membership (tenant_id, member_id, role, granted_at) values ($A, $A.user, 'owner', now())",
        Grant,
        As(Approval),
    ),
    trial(
        "reads the ledger",
        Token,
        "select from ledger.entry",
        Grant,
        As(Approval),
    ),
    trial(
        "reads a credential's hash",
        Staff,
        "select secret_hash from registry.credential",
        Grant,
        As(Approval),
    ),
    trial(
        "reads a password",
        Staff,
        "select password_hash from tenant.member",
        Grant,
        As(Approval),
    ),
    trial(
        "reads a TOTP seed",
        Staff,
        "select totp_sealed from tenant.member",
        Grant,
        As(Approval),
    ),
    trial(
        "reads a session",
        Staff,
        "select from tenant.session",
        Grant,
        As(Approval),
    ),
    trial(
        "reads a signing key",
        Staff,
        "select from issue.signing_key",
        Grant,
        As(Token),
    ),
    trial("decides a case", Staff, NEW_DECISION, Grant, As(Approval)),
    trial(
        "changes a client's state",
        Staff,
        ACTIVATE,
        Grant,
        As(Approval),
    ),
    trial(
        "lets a registration out of quarantine",
        Staff,
        RELEASE,
        Grant,
        As(Approval),
    ),
];
