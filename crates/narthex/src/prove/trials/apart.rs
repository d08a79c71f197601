//! Nothing of one environment, or of one tenant, is named from another: composite keys, since foreign keys see through
//! row-level security.

use crate::prove::refusal::Control::{Key, Rule};
use crate::prove::role::Role::{Approval, Token};
use crate::prove::trial::But::This;
use crate::prove::trial::Trial;

const ENTITLEMENT: &str = "delete from registry.entitled_tool; delete from registry.entitlement;
    insert into registry.entitlement (tenant_id, environment, client_id, scope, approval_id, expires_at)
    values ($A, 'production', $A.client, $A.scope, $A.approval, now() + interval '1 year')";
const CREDENTIAL: &str = "insert into registry.credential (tenant_id, environment, client_id, credential_id, kind, secret_hash, public_jwk,
        last4, created_by, created_at, expires_at)
    values ($A, 'production', $A.client, $A.new, 'key', null, '{\"kty\": \"OKP\", \"x\": \"x\"}', 'last', $A.owner, now(), now() + interval '1 day')";
const ASK: &str =
    "insert into review.requested_scope (tenant_id, environment, request_id, version, scope)
    values ($A, 'production', $A.draft_request, 1, $A.unasked_scope)";
const NEW_TOOL: &str = "insert into registry.tool (tenant_id, environment, resource_id, tool, scope, description, schema_hash)
    values ($A, 'production', $A.resource, 'new', $A.scope, 'New', sha256('schema'))";
const CONSENTED: &str = "insert into issue.\"grant\" (tenant_id, environment, grant_id, client_id, member_id, scope, created_at, expires_at)
    values ($A, 'production', $A.new, $A.client, $A.user, 'x', now(), now())";

/// Production and sandbox.
pub(in crate::prove) const ENVIRONMENTS: &[Trial] = &[
    Trial {
        what: "opens registration in production",
        role: Approval,
        sql: "update tenant.environment set registration_mode = 'open' where environment = 'production'",
        by: Rule("open_is_for_the_sandbox"),
        but: This("update tenant.environment set registration_mode = 'open' where environment = 'sandbox'"),
    },
    Trial {
        what: "gives a production scope to whoever registers",
        role: Approval,
        sql: "update registry.scope set open = true where scope = $A.scope",
        by: Rule("open_scopes_are_for_the_sandbox"),
        but: This("update registry.scope set open = true where scope = $A.sandbox_scope"),
    },
    Trial {
        what: "gives a scope that changes things to whoever registers",
        role: Approval,
        sql: "update registry.scope set open = true, risk = 'change' where scope = $A.sandbox_scope",
        by: Rule("open_scopes_only_read"),
        but: This("update registry.scope set open = true where scope = $A.sandbox_scope"),
    },
    Trial {
        what: "asks in production for a scope of the sandbox",
        role: Approval,
        sql: "insert into review.requested_scope (tenant_id, environment, request_id, version, scope)
    values ($A, 'production', $A.draft_request, 1, $A.sandbox_scope)",
        by: Key("requested_scope_tenant_id_environment_scope_fkey"),
        but: This(ASK),
    },
    Trial {
        what: "gives a client of production reach in the sandbox",
        role: Approval,
        sql: "delete from registry.entitled_tool; delete from registry.entitlement;
    insert into registry.entitlement (tenant_id, environment, client_id, scope, approval_id, expires_at)
    values ($A, 'sandbox', $A.client, $A.sandbox_scope, $A.approval, now() + interval '1 day')",
        by: Key("entitlement_tenant_id_environment_client_id_approval_id_fkey"),
        but: This(ENTITLEMENT),
    },
    Trial {
        what: "puts a tool of production on a resource of the sandbox",
        role: Approval,
        sql: "insert into registry.tool (tenant_id, environment, resource_id, tool, scope, description, schema_hash)
    values ($A, 'production', $A.sandbox_resource, 'new', $A.scope, 'New', sha256('schema'))",
        by: Key("tool_tenant_id_environment_scope_resource_id_fkey"),
        but: This(NEW_TOOL),
    },
    Trial {
        what: "puts a tool of production under a scope of the sandbox",
        role: Approval,
        sql: "insert into registry.tool (tenant_id, environment, resource_id, tool, scope, description, schema_hash)
    values ($A, 'production', $A.resource, 'new', $A.sandbox_scope, 'New', sha256('schema'))",
        by: Key("tool_tenant_id_environment_scope_resource_id_fkey"),
        but: This(NEW_TOOL),
    },
    Trial {
        what: "consents in the sandbox to a client of production",
        role: Token,
        sql: "insert into issue.\"grant\" (tenant_id, environment, grant_id, client_id, member_id, scope, created_at, expires_at)
    values ($A, 'sandbox', $A.new, $A.client, $A.user, 'x', now(), now())",
        by: Key("grant_tenant_id_environment_client_id_fkey"),
        but: This(CONSENTED),
    },
    Trial {
        what: "publishes production's key for the sandbox",
        role: Token,
        sql: "insert into issue.published_key (tenant_id, environment, kid, jwk, published_at)
    values ($A, 'sandbox', $A.next_key, '{\"kty\": \"OKP\", \"x\": \"x\"}', now())",
        by: Key("published_key_tenant_id_environment_kid_fkey"),
        but: This("insert into issue.published_key (tenant_id, environment, kid, jwk, published_at)
    values ($A, 'production', $A.next_key, '{\"kty\": \"OKP\", \"x\": \"x\"}', now())"),
    },
];

/// Tenant A and tenant B.
pub(in crate::prove) const TENANTS: &[Trial] = &[
    Trial {
        what: "names a person of tenant B as sponsor",
        role: Approval,
        sql: "insert into registry.integration (tenant_id, integration_id, name, purpose, operator, origin, sponsor_id, created_at)
    values ($A, $A.new, 'New', 'New', 'partner', 'portal', $B.owner, now())",
        by: Key("integration_tenant_id_sponsor_id_fkey"),
        but: This("insert into registry.integration (tenant_id, integration_id, name, purpose, operator, origin, sponsor_id, created_at)
    values ($A, $A.new, 'New', 'New', 'partner', 'portal', $A.owner, now())"),
    },
    Trial {
        what: "asks for an integration of tenant B",
        role: Approval,
        sql: "insert into review.access_request (tenant_id, environment, request_id, version, integration_id, client_id, origin,
        metadata, payload_hash, requested_by, created_at)
    values ($A, 'production', $A.new, 1, $B.integration, null, 'portal', '{}', sha256('payload'), $A.owner, now())",
        by: Key("access_request_tenant_id_integration_id_fkey"),
        but: This("insert into review.access_request (tenant_id, environment, request_id, version, integration_id, client_id, origin,
        metadata, payload_hash, requested_by, created_at)
    values ($A, 'production', $A.new, 1, $A.other_integration, null, 'portal', '{}', sha256('payload'), $A.owner, now())"),
    },
    Trial {
        what: "asks for a registration of tenant B",
        role: Approval,
        sql: "insert into review.access_request (tenant_id, environment, request_id, version, integration_id, client_id, origin,
        metadata, payload_hash, requested_by, created_at)
    values ($A, 'production', $A.new, 1, $A.other_integration, $B.stranger, 'portal', '{}', sha256('payload'), $A.owner, now())",
        by: Key("access_request_tenant_id_environment_client_id_fkey"),
        but: This("insert into review.access_request (tenant_id, environment, request_id, version, integration_id, client_id, origin,
        metadata, payload_hash, requested_by, created_at)
    values ($A, 'production', $A.new, 1, $A.other_integration, $A.stranger, 'portal', '{}', sha256('payload'), $A.owner, now())"),
    },
    Trial {
        what: "asks in the name of a person of tenant B",
        role: Approval,
        sql: "insert into review.access_request (tenant_id, environment, request_id, version, integration_id, client_id, origin,
        metadata, payload_hash, requested_by, created_at)
    values ($A, 'production', $A.new, 1, $A.other_integration, null, 'portal', '{}', sha256('payload'), $B.owner, now())",
        by: Key("access_request_tenant_id_requested_by_fkey"),
        but: This("insert into review.access_request (tenant_id, environment, request_id, version, integration_id, client_id, origin,
        metadata, payload_hash, requested_by, created_at)
    values ($A, 'production', $A.new, 1, $A.other_integration, null, 'portal', '{}', sha256('payload'), $A.owner, now())"),
    },
    Trial {
        what: "asks for a scope of tenant B",
        role: Approval,
        sql: "insert into review.requested_scope (tenant_id, environment, request_id, version, scope)
    values ($A, 'production', $A.draft_request, 1, $B.scope)",
        by: Key("requested_scope_tenant_id_environment_scope_fkey"),
        but: This(ASK),
    },
    Trial {
        what: "puts a tool on a resource of tenant B",
        role: Approval,
        sql: "insert into registry.tool (tenant_id, environment, resource_id, tool, scope, description, schema_hash)
    values ($A, 'production', $B.resource, 'new', $A.scope, 'New', sha256('schema'))",
        by: Key("tool_tenant_id_environment_scope_resource_id_fkey"),
        but: This(NEW_TOOL),
    },
    Trial {
        what: "adds a credential to a client of tenant B",
        role: Approval,
        sql: "insert into registry.credential (tenant_id, environment, client_id, credential_id, kind, secret_hash, public_jwk,
        last4, created_by, created_at, expires_at)
    values ($A, 'production', $B.client, $A.new, 'key', null, '{\"kty\": \"OKP\", \"x\": \"x\"}', 'last', $A.owner, now(), now() + interval '1 day')",
        by: Key("credential_tenant_id_environment_client_id_fkey"),
        but: This(CREDENTIAL),
    },
    Trial {
        what: "consents to a client of tenant B",
        role: Token,
        sql: "insert into issue.\"grant\" (tenant_id, environment, grant_id, client_id, member_id, scope, created_at, expires_at)
    values ($A, 'production', $A.new, $B.client, $A.user, 'x', now(), now())",
        by: Key("grant_tenant_id_environment_client_id_fkey"),
        but: This(CONSENTED),
    },
    Trial {
        what: "consents as a person of tenant B",
        role: Token,
        sql: "insert into issue.\"grant\" (tenant_id, environment, grant_id, client_id, member_id, scope, created_at, expires_at)
    values ($A, 'production', $A.new, $A.client, $B.user, 'x', now(), now())",
        by: Key("grant_tenant_id_member_id_fkey"),
        but: This(CONSENTED),
    },
    Trial {
        what: "asks for a stranger of tenant B",
        role: Token,
        sql: "insert into intake.ask (tenant_id, environment, ask_id, client_id, member_id, scope, reason, at)
    values ($A, 'production', $A.new, $B.stranger, $A.owner, 'x', 'x', now())",
        by: Key("ask_tenant_id_environment_client_id_fkey"),
        but: This("insert into intake.ask (tenant_id, environment, ask_id, client_id, member_id, scope, reason, at)
    values ($A, 'production', $A.new, $A.stranger, $A.owner, 'x', 'x', now())"),
    },
    Trial {
        what: "signs in a person of tenant B",
        role: Token,
        sql: "insert into tenant.session (tenant_id, session_id, token_hash, surface, member_id, created_at, seen_at, expires_at)
    values ($A, $A.new, sha256('new'), 'user', $B.user, now(), now(), now())",
        by: Key("session_tenant_id_member_id_fkey"),
        but: This("insert into tenant.session (tenant_id, session_id, token_hash, surface, member_id, created_at, seen_at, expires_at)
    values ($A, $A.new, sha256('new'), 'user', $A.user, now(), now(), now())"),
    },
    Trial {
        what: "gives a person of tenant B a role",
        role: Approval,
        sql: "insert into tenant.membership (tenant_id, member_id, role, granted_at) values ($A, $B.user, 'owner', now())",
        by: Key("membership_tenant_id_member_id_fkey"),
        but: This("insert into tenant.membership (tenant_id, member_id, role, granted_at) values ($A, $A.user, 'owner', now())"),
    },
    Trial {
        what: "gives a person of a tenant a role of the platform",
        role: Approval,
        sql: "insert into tenant.membership (tenant_id, member_id, role, granted_at) values ($A, $A.user, 'reviewer', now())",
        by: Rule("staff_roles_are_for_the_platform"),
        but: This("insert into tenant.membership (tenant_id, member_id, role, granted_at) values ($A, $A.user, 'owner', now())"),
    },
];
