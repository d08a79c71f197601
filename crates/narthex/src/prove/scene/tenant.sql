-- A tenant with its two environments, its people and what it protects. As narthex_approval.
insert into tenant.tenant (tenant_id, slug, name, created_at)
    values ($T, 'prove-' || replace($T, '-', ''), 'Prove', now());
insert into tenant.environment (tenant_id, environment, registration_mode, created_at) values
    ($T, 'production', 'quarantine', now()),
    ($T, 'sandbox', 'open', now());
insert into tenant.metadata_rules (tenant_id, environment, hosts, loopback, app_schemes, contacts)
    values ($T, 'production', 'listed', true, 'none', 'any');
insert into tenant.allowed_name (tenant_id, environment, list, name) values ($T, 'production', 'host', $T.host);
insert into tenant.statement_issuer (tenant_id, environment, issuer, jwks, changed_at)
    values ($T, 'production', 'https://' || $T.host || '/', '{"keys": []}', now());
insert into tenant.statement_issuer (tenant_id, environment, issuer, jwks_uri, changed_at)
    values ($T, 'production', 'https://keys.example/', 'https://keys.example/jwks', now());
insert into tenant.member (tenant_id, member_id, email, name, password_hash, totp_sealed, created_at) values
    ($T, $T.owner, 'owner@example.com', 'Owner', 'argon2id', sha256('seed'), now()),
    ($T, $T.user, 'user@example.com', 'User', 'argon2id', null, now());
insert into tenant.membership (tenant_id, member_id, role, granted_at) values ($T, $T.owner, 'owner', now());
insert into tenant.invitation (tenant_id, invitation_id, token_hash, email, role, invited_by, created_at, expires_at)
    values ($T, $T.invitation, sha256('invitation'), 'new@example.com', 'viewer', 'Owner', now(), now() + interval '7 days');
insert into tenant.session (tenant_id, session_id, token_hash, surface, member_id, created_at, seen_at, expires_at)
    values ($T, $T.portal_session, sha256('portal'), 'portal', $T.owner, now(), now(), now() + interval '1 hour');
insert into tenant.recovery_code (tenant_id, member_id, code_hash, created_at)
    values ($T, $T.owner, sha256('recovery'), now());
insert into tenant.mail (tenant_id, mail_id, kind, recipient, content_sealed, created_at, due_at, until)
    values ($T, $T.mail, 'invitation', 'new@example.com', sha256('mail'), now(), now(), now() + interval '7 days');
insert into tenant.password_reset (tenant_id, reset_id, email, created_at, expires_at)
    values ($T, $T.password_reset, 'owner@example.com', now(), now() + interval '30 minutes');
update tenant.password_reset set email = null, token_hash = sha256('reset'), member_id = $T.owner, answered_at = now();
insert into tenant.identity_provider (tenant_id, provider_id, name, issuer, client_id, client_secret_sealed, joins_as, created_at)
    values ($T, $T.provider, 'Login', 'https://login.example', 'narthex', sha256('sealed'), 'viewer', now());
update tenant.identity_provider set tested_at = now();
insert into tenant.linked_identity (tenant_id, issuer, subject, member_id, provider_id, linked_at)
    values ($T, 'https://login.example', 'owner', $T.owner, $T.provider, now());
insert into tenant.provider_answer (tenant_id, state_hash, used_at) values ($T, sha256('state'), now());
insert into tenant.sign_in_rule (tenant_id, providers_only, changed_at) values ($T, false, now());
update tenant.sign_in_rule set providers_only = true;
insert into tenant.api_token (tenant_id, token_id, token_hash, member_id, name, may, created_at, expires_at)
    values ($T, $T.api_token, sha256('api'), $T.owner, 'A program', 'act', now(), now() + interval '1 day');
update tenant.api_token set second_factor_at = now();
insert into tenant.api_answer (tenant_id, member_id, key, asked, at) values ($T, $T.owner, 'once', sha256('asked'), now());
update tenant.api_answer set status = 200, body = '{}';

insert into intake.brake (tenant_id, brake_id, reason, set_by_tenant, set_by, set_by_name, set_at, ends_at)
    values ($T, $T.brake, 'A flood', $P, $T.staff, 'Prove', now(), now() + interval '1 hour');
insert into intake.listing (tenant_id, listing_id, effect, host, reason, author_tenant, author, author_name, created_at,
        expires_at)
    values ($T, $T.listing, 'block', 'evil.example', 'Evil', $P, $T.staff, 'Prove', now(), now() + interval '1 day');

insert into registry.resource (tenant_id, environment, resource_id, identifier, name, kind, created_at) values
    ($T, 'production', $T.resource, 'https://' || $T.host || '/mcp', 'Notes', 'mcp', now()),
    ($T, 'sandbox', $T.sandbox_resource, 'https://' || $T.host || '/sandbox', 'Notes', 'mcp', now());
insert into registry.resource_credential
    (tenant_id, environment, resource_id, credential_id, secret_hash, last4, created_at, expires_at)
    values ($T, 'production', $T.resource, $T.credential, sha256('resource'), 'last', now(), now() + interval '1 year');
insert into registry.scope (tenant_id, environment, scope, resource_id, description, risk) values
    ($T, 'production', $T.scope, $T.resource, 'Read notes', 'read'),
    ($T, 'production', $T.unagreed_scope, $T.resource, 'Change notes', 'change'),
    ($T, 'production', $T.unasked_scope, $T.resource, 'Delete notes', 'delete'),
    ($T, 'production', $T.grave_scope, $T.resource, 'Delete notebooks', 'delete'),
    ($T, 'sandbox', $T.sandbox_scope, $T.sandbox_resource, 'Read notes', 'read');
insert into registry.tool (tenant_id, environment, resource_id, tool, scope, description, schema_hash) values
    ($T, 'production', $T.resource, $T.tool, $T.scope, 'Reads notes', sha256('schema')),
    ($T, 'production', $T.resource, $T.unagreed_tool, $T.scope, 'Reads all notes', sha256('schema')),
    ($T, 'production', $T.resource, $T.unasked_tool, $T.scope, 'Reads notes of others', sha256('schema'));
insert into registry.integration (tenant_id, integration_id, name, purpose, operator, origin, sponsor_id, created_at) values
    ($T, $T.integration, 'Notes by mail', 'Sends notes', 'partner', 'portal', $T.owner, now()),
    ($T, $T.other_integration, 'Notes by fax', 'Sends notes', 'partner', 'portal', $T.owner, now());
insert into intake.initial_access_token (tenant_id, environment, initial_access_id, token_hash, last4, label, sponsor_id,
        uses_left, created_at, expires_at)
    values ($T, 'production', $T.initial_access, sha256('initial access'), 'last', 'Pipeline', $T.owner, 2, now(),
        now() + interval '7 days');
insert into intake.initial_access_scope (tenant_id, environment, initial_access_id, scope)
    values ($T, 'production', $T.initial_access, $T.scope);
update intake.initial_access_token set held = true;
update intake.initial_access_token set held = false;
insert into registry.domain (tenant_id, domain_id, host, challenge, created_at)
    values
        ($T, $T.domain, $T.host, 'narthex-verify', now()),
        ($T, $T.other_domain, 'other.example', 'narthex-verify', now());
update registry.domain set state = 'checking' where domain_id = $T.domain;
insert into intake.fetch_order (tenant_id, order_id, kind, domain_id, host, requested_at)
    values ($T, $T.order, 'domain_proof', $T.domain, $T.host, now());
insert into tenant.registration_limits (tenant_id, environment, calls_per_minute, changed_at) values ($T, 'production', 100, now());
update tenant.registration_limits set most_waiting = 10;
insert into tenant.token_policy (tenant_id, environment, pushed_requests, bound_tokens, access_algorithm, changed_at)
    values ($T, 'production', false, true, 'ES256', now());
update tenant.token_policy set pushed_requests = true;
insert into tenant.change_rule (tenant_id, environment, change, meanwhile, changed_at)
    values ($T, 'production', 'scopes', 'pauses', now());
update tenant.change_rule set meanwhile = 'asked_again', changed_at = now();
