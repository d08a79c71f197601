//! A client is what was approved, for as long as it was approved, and proves itself by little that is worth stealing.

use crate::prove::refusal::Control::{Given, Grant, Key, Rule, Unique};
use crate::prove::role::Role::{Approval, Discovery, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const CLIENT: &str = "insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version,
        approval_id, state, metadata, created_at, changed_at, expires_at)
    values ($A, 'production', $A.new, $A.integration, $A.spare_request, 1, $A.spare_approval, 'active', '{}', now(), now(), now())";
const ENTITLEMENT: &str = "delete from registry.entitled_tool; delete from registry.entitlement;
    insert into registry.entitlement (tenant_id, environment, client_id, scope, approval_id, expires_at)
    values ($A, 'production', $A.client, $A.scope, $A.approval, now() + interval '1 year')";
const TOOL: &str = "delete from registry.entitled_tool;
    insert into registry.entitled_tool (tenant_id, environment, client_id, resource_id, tool, scope, approval_id, schema_hash)
    values ($A, 'production', $A.client, $A.resource, $A.tool, $A.scope, $A.approval, sha256('schema'))";
const CREDENTIAL: &str = "insert into registry.credential (tenant_id, environment, client_id, credential_id, kind, secret_hash, public_jwk,
        last4, created_by, created_at, expires_at)
    values ($A, 'production', $A.client, $A.new, 'key', null, '{\"kty\": \"OKP\", \"x\": \"x\"}', 'last', $A.owner, now(), now() + interval '1 day')";

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "fills an initial access token that was spent",
        role: Discovery,
        sql: "update intake.initial_access_token set uses_left = uses_left + 1",
        by: Rule("token_spent"),
        but: This("update intake.initial_access_token set uses_left = uses_left - 1"),
    },
    Trial {
        what: "lets a client register others that was not approved for it",
        role: Approval,
        sql: "insert into intake.initial_access_token (tenant_id, environment, initial_access_id, last4, label, sponsor_id,
            parent_client_id, uses_left, created_at, expires_at, standing)
        values ($A, 'production', $A.new, '', 'Agent', $A.owner, $A.client, 10, now(), now() + interval '1 day', true)",
        by: Rule("standing_by_its_scope"),
        but: This("insert into intake.initial_access_token (tenant_id, environment, initial_access_id, token_hash, last4, label,
            sponsor_id, parent_client_id, uses_left, created_at, expires_at)
        values ($A, 'production', $A.new, sha256('new'), '', 'Agent', $A.owner, $A.client, 10, now(), now() + interval '1 day')"),
    },
    Trial {
        what: "makes a production client active without an approval",
        role: Approval,
        sql: "insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version,
        approval_id, state, metadata, created_at, changed_at, expires_at)
    values ($A, 'production', $A.new, $A.integration, $A.request, 1, null, 'active', '{}', now(), now(), now())",
        by: Given("approval_id"),
        but: This(CLIENT),
    },
    Trial {
        what: "makes a second client by one approval",
        role: Approval,
        sql: "insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version,
        approval_id, state, metadata, created_at, changed_at, expires_at)
    values ($A, 'production', $A.new, $A.integration, $A.request, 1, $A.approval, 'active', '{}', now(), now(), now())",
        by: Unique("client_one_approval"),
        but: This(CLIENT),
    },
    Trial {
        what: "lets a limited client go on while the cause is there",
        role: Approval,
        sql: "update registry.client set state = 'active' where client_id = $A.limited_client; set constraints all immediate",
        by: Rule("client_limited"),
        but: This("delete from registry.restriction; update registry.client set state = 'active' where client_id = $A.limited_client;
            set constraints all immediate"),
    },
    Trial {
        what: "limits a client without a cause",
        role: Approval,
        sql: "update registry.client set state = 'restricted' where client_id = $A.client; set constraints all immediate",
        by: Rule("client_limited"),
        but: This("insert into registry.restriction (tenant_id, environment, client_id, cause, about, reason, since)
                values ($A, 'production', $A.client, 'proof', $A.host, 'Gone', now());
            update registry.client set state = 'restricted' where client_id = $A.client; set constraints all immediate"),
    },
    Trial {
        what: "lets a change of production go on below the platform's least",
        role: Approval,
        sql: "insert into registry.restriction (tenant_id, environment, client_id, cause, about, reason, since, effect)
                values ($A, 'production', $A.client, 'proof', $A.host, 'Gone', now(), 'goes_on')",
        by: Rule("no_less_than_the_platform"),
        but: This("insert into registry.restriction (tenant_id, environment, client_id, cause, about, reason, since, effect)
                values ($A, 'production', $A.client, 'proof', $A.host, 'Gone', now(), 'asked_again')"),
    },
    Trial {
        what: "loosens what a change does while it is there",
        role: Approval,
        sql: "update registry.restriction set effect = 'asked_again' where client_id = $A.limited_client",
        by: Rule("a_cause_stays"),
        but: This("update registry.restriction set effect = 'pauses' where client_id = $A.limited_client"),
    },
    Trial {
        what: "chooses less than the platform's least",
        role: Approval,
        sql: "insert into tenant.change_rule (tenant_id, environment, change, meanwhile, changed_at)
                values ($A, 'production', 'keys', 'goes_on', now())",
        by: Rule("no_less_than_the_platform"),
        but: This("insert into tenant.change_rule (tenant_id, environment, change, meanwhile, changed_at)
                values ($A, 'sandbox', 'keys', 'goes_on', now())"),
    },
    Trial {
        what: "brings back what people have to allow anew",
        role: Approval,
        sql: "delete from registry.asked_anew",
        by: Grant,
        but: This("insert into registry.asked_anew (tenant_id, environment, client_id, at, change, about, approval_id)
                values ($A, 'production', $A.client, now(), 'silence', '', $A.approval)"),
    },
    Trial {
        what: "has people asked anew from the plane that asks them",
        role: Token,
        sql: "insert into registry.asked_anew (tenant_id, environment, client_id, at, change, about, approval_id)
                values ($A, 'production', $A.client, now(), 'silence', '', $A.approval)",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "makes a client by an approval that is not there",
        role: Approval,
        sql: "insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version,
        approval_id, state, metadata, created_at, changed_at, expires_at)
    values ($A, 'production', $A.new, $A.integration, $A.request, 1, $A.new, 'active', '{}', now(), now(), now())",
        by: Key("client_tenant_id_environment_approval_id_integration_id_re_fkey"),
        but: This(CLIENT),
    },
    Trial {
        what: "makes a client by an approval of another tenant",
        role: Approval,
        sql: "insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version,
        approval_id, state, metadata, created_at, changed_at, expires_at)
    values ($A, 'production', $A.new, $A.integration, $A.request, 1, $B.approval, 'active', '{}', now(), now(), now())",
        by: Key("client_tenant_id_environment_approval_id_integration_id_re_fkey"),
        but: This(CLIENT),
    },
    Trial {
        what: "makes a sandbox client by an approval for production",
        role: Approval,
        sql: "insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version,
        approval_id, state, metadata, created_at, changed_at, expires_at)
    values ($A, 'sandbox', $A.new, $A.integration, $A.request, 1, $A.approval, 'active', '{}', now(), now(), now())",
        by: Key("client_tenant_id_environment_approval_id_integration_id_re_fkey"),
        but: This(CLIENT),
    },
    Trial {
        what: "makes a client of an integration that was not approved",
        role: Approval,
        sql: "insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version,
        approval_id, state, metadata, created_at, changed_at, expires_at)
    values ($A, 'production', $A.new, $A.other_integration, $A.spare_request, 1, $A.spare_approval, 'active', '{}', now(), now(), now())",
        by: Key("client_tenant_id_environment_approval_id_integration_id_re_fkey"),
        but: This(CLIENT),
    },
    Trial {
        what: "makes a client that outlives its approval",
        role: Approval,
        sql: "insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version,
        approval_id, state, metadata, created_at, changed_at, expires_at)
    values ($A, 'production', $A.new, $A.integration, $A.spare_request, 1, $A.spare_approval, 'active', '{}', now(), now(), now() + interval '2 years')",
        by: Rule("client_approved"),
        but: This(CLIENT),
    },
    Trial {
        what: "makes a client with a redirect that was not approved",
        role: Approval,
        sql: "insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version,
        approval_id, state, metadata, created_at, changed_at, expires_at)
    values ($A, 'production', $A.new, $A.integration, $A.spare_request, 1, $A.spare_approval, 'active', '{\"redirect_uris\": [\"https://evil.example/\"]}', now(), now(), now())",
        by: Rule("client_approved"),
        but: This("insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version,
        approval_id, state, metadata, created_at, changed_at, expires_at)
    values ($A, 'production', $A.new, $A.integration, $A.spare_request, 1, $A.spare_approval, 'active', jsonb_build_object('redirect_uris', jsonb_build_array('https://' || $A.host || '/callback')), now(), now(), now())"),
    },
    Trial {
        what: "adds a redirect to a client that is there",
        role: Approval,
        sql: "update registry.client set metadata = '{\"redirect_uris\": [\"https://evil.example/\"]}'",
        by: Rule("client_approved"),
        but: This("update registry.client set metadata = '{}'"),
    },
    Trial {
        what: "prolongs a client beyond its approval",
        role: Approval,
        sql: "update registry.client set expires_at = 'infinity'",
        by: Rule("client_approved"),
        but: This("update registry.client set expires_at = now()"),
    },
    Trial {
        what: "gives a client a scope that was not agreed",
        role: Approval,
        sql: "delete from registry.entitled_tool; delete from registry.entitlement;
    insert into registry.entitlement (tenant_id, environment, client_id, scope, approval_id, expires_at)
    values ($A, 'production', $A.client, $A.unagreed_scope, $A.approval, now() + interval '1 day')",
        by: Key("entitlement_tenant_id_environment_approval_id_scope_fkey"),
        but: This(ENTITLEMENT),
    },
    Trial {
        what: "gives a client a scope by another tenant's approval",
        role: Approval,
        sql: "delete from registry.entitled_tool; delete from registry.entitlement;
    insert into registry.entitlement (tenant_id, environment, client_id, scope, approval_id, expires_at)
    values ($A, 'production', $A.client, $A.scope, $B.approval, now() + interval '1 day')",
        by: Key("entitlement_tenant_id_environment_client_id_approval_id_fkey"),
        but: This(ENTITLEMENT),
    },
    Trial {
        what: "gives a client a scope for longer than was agreed",
        role: Approval,
        sql: "delete from registry.entitled_tool; delete from registry.entitlement;
    insert into registry.entitlement (tenant_id, environment, client_id, scope, approval_id, expires_at)
    values ($A, 'production', $A.client, $A.scope, $A.approval, 'infinity')",
        by: Rule("entitlement_expires"),
        but: This(ENTITLEMENT),
    },
    Trial {
        what: "gives a client a scope for less long than was agreed",
        role: Approval,
        sql: "delete from registry.entitled_tool; delete from registry.entitlement;
    insert into registry.entitlement (tenant_id, environment, client_id, scope, approval_id, expires_at)
    values ($A, 'production', $A.client, $A.scope, $A.approval, now() + interval '1 day')",
        by: Rule("entitlement_expires"),
        but: This(ENTITLEMENT),
    },
    Trial {
        what: "gives a client tokens of another life than was agreed",
        role: Approval,
        sql: "delete from registry.entitled_tool; delete from registry.entitlement;
    insert into registry.entitlement (tenant_id, environment, client_id, scope, approval_id, expires_at, lifetime_minutes)
    values ($A, 'production', $A.client, $A.scope, $A.approval, now() + interval '1 year', 5)",
        by: Rule("entitlement_expires"),
        but: This(ENTITLEMENT),
    },
    Trial {
        what: "gives a client a tool until another day than was agreed",
        role: Approval,
        sql: "delete from registry.entitled_tool;
    insert into registry.entitled_tool (tenant_id, environment, client_id, resource_id, tool, scope, approval_id, schema_hash, until)
    values ($A, 'production', $A.client, $A.resource, $A.tool, $A.scope, $A.approval, sha256('schema'), now() + interval '1 day')",
        by: Rule("entitled_tool_until"),
        but: This(TOOL),
    },
    Trial {
        what: "gives a client a tool that was not agreed",
        role: Approval,
        sql: "delete from registry.entitled_tool;
    insert into registry.entitled_tool (tenant_id, environment, client_id, resource_id, tool, scope, approval_id, schema_hash)
    values ($A, 'production', $A.client, $A.resource, $A.unagreed_tool, $A.scope, $A.approval, sha256('schema'))",
        by: Key("entitled_tool_tenant_id_environment_approval_id_resource_i_fkey"),
        but: This(TOOL),
    },
    Trial {
        what: "gives a client a tool with another schema than was agreed",
        role: Approval,
        sql: "delete from registry.entitled_tool;
    insert into registry.entitled_tool (tenant_id, environment, client_id, resource_id, tool, scope, approval_id, schema_hash)
    values ($A, 'production', $A.client, $A.resource, $A.tool, $A.scope, $A.approval, sha256('other'))",
        by: Key("entitled_tool_tenant_id_environment_approval_id_resource_i_fkey"),
        but: This(TOOL),
    },
    Trial {
        what: "keeps a third credential alive",
        role: Approval,
        sql: "insert into registry.credential (tenant_id, environment, client_id, credential_id, kind, secret_hash, public_jwk,
        last4, created_by, created_at, expires_at)
    values ($A, 'production', $A.client, $A.new, 'key', null, '{\"kty\": \"OKP\", \"x\": \"x\"}', 'last', $A.owner, now(), now() + interval '1 day'); insert into registry.credential (tenant_id, environment, client_id, credential_id, kind, secret_hash, public_jwk,
        last4, created_by, created_at, expires_at)
    values ($A, 'production', $A.client, $A.third, 'key', null, '{\"kty\": \"OKP\", \"x\": \"x\"}', 'last', $A.owner, now(), now() + interval '1 day')",
        by: Rule("two_live_credentials"),
        but: This(CREDENTIAL),
    },
    Trial {
        what: "keeps a private key",
        role: Approval,
        sql: "insert into registry.credential (tenant_id, environment, client_id, credential_id, kind, secret_hash, public_jwk,
        last4, created_by, created_at, expires_at)
    values ($A, 'production', $A.client, $A.new, 'key', null, '{\"kty\": \"OKP\", \"x\": \"x\", \"d\": \"d\"}', 'last', $A.owner, now(), now() + interval '1 day')",
        by: Rule("only_public_keys"),
        but: This(CREDENTIAL),
    },
    Trial {
        what: "keeps a symmetric key",
        role: Approval,
        sql: "insert into registry.credential (tenant_id, environment, client_id, credential_id, kind, secret_hash, public_jwk,
        last4, created_by, created_at, expires_at)
    values ($A, 'production', $A.client, $A.new, 'key', null, '{\"kty\": \"oct\", \"k\": \"k\"}', 'last', $A.owner, now(), now() + interval '1 day')",
        by: Rule("only_public_keys"),
        but: This(CREDENTIAL),
    },
    Trial {
        what: "keeps a private key in a key set",
        role: Approval,
        sql: "insert into registry.credential (tenant_id, environment, client_id, credential_id, kind, secret_hash, public_jwk,
        last4, created_by, created_at, expires_at)
    values ($A, 'production', $A.client, $A.new, 'key', null, '{\"keys\": [{\"kty\": \"OKP\", \"x\": \"x\", \"d\": \"d\"}]}', 'last', $A.owner, now(), now() + interval '1 day')",
        by: Rule("only_public_keys"),
        but: This(CREDENTIAL),
    },
    Trial {
        what: "keeps a credential that never expires",
        role: Approval,
        sql: "insert into registry.credential (tenant_id, environment, client_id, credential_id, kind, secret_hash, public_jwk,
        last4, created_by, created_at, expires_at)
    values ($A, 'production', $A.client, $A.new, 'key', null, '{\"kty\": \"OKP\", \"x\": \"x\"}', 'last', $A.owner, now(), null)",
        by: Given("expires_at"),
        but: This(CREDENTIAL),
    },
    Trial {
        what: "keeps a secret as it is, not its hash",
        role: Approval,
        sql: "insert into registry.credential (tenant_id, environment, client_id, credential_id, kind, secret_hash, public_jwk,
        last4, created_by, created_at, expires_at)
    values ($A, 'production', $A.client, $A.new, 'secret', 'secret', null, 'last', $A.owner, now(), now() + interval '1 day')",
        by: Rule("credential_secret_hash_check"),
        but: This("insert into registry.credential (tenant_id, environment, client_id, credential_id, kind, secret_hash, public_jwk,
        last4, created_by, created_at, expires_at)
    values ($A, 'production', $A.client, $A.new, 'secret', sha256('new'), null, 'last', $A.owner, now(), now() + interval '1 day')"),
    },
    Trial {
        what: "publishes a private key",
        role: Token,
        sql: "insert into issue.published_key (tenant_id, environment, kid, jwk, published_at)
    values ($A, 'production', $A.next_key, '{\"kty\": \"OKP\", \"x\": \"x\", \"d\": \"d\"}', now())",
        by: Rule("only_public_keys"),
        but: This("insert into issue.published_key (tenant_id, environment, kid, jwk, published_at)
    values ($A, 'production', $A.next_key, '{\"kty\": \"OKP\", \"x\": \"x\"}', now())"),
    },
    Trial {
        what: "redeems a code for another client than its grant's",
        role: Token,
        sql: "insert into issue.authorization_code (tenant_id, environment, code_hash, grant_id, client_id, redirect_uri,
        code_challenge, auth_time, created_at, expires_at)
    values ($A, 'production', sha256('new'), $A.consented, $A.new, 'x', 'x', now(), now(), now())",
        by: Key("authorization_code_tenant_id_environment_grant_id_client_i_fkey"),
        but: This("insert into issue.authorization_code (tenant_id, environment, code_hash, grant_id, client_id, redirect_uri,
        code_challenge, auth_time, created_at, expires_at)
    values ($A, 'production', sha256('new'), $A.consented, $A.client, 'x', 'x', now(), now(), now())"),
    },
];
