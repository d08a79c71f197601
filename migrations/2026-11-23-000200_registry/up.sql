-- What a tenant protects (resources, scopes, tools) and what it onboards (integrations, domains).
create schema registry;
grant usage on schema registry to narthex_approval, narthex_staff, narthex_token;

create table registry.resource (
    tenant_id uuid not null,
    environment text not null,
    resource_id uuid not null,
    identifier text not null check (char_length(identifier) <= 2048),
    name text not null check (char_length(name) between 1 and 120),
    kind text not null check (kind in ('mcp', 'api')),
    created_at timestamptz not null,
    primary key (tenant_id, environment, resource_id),
    unique (tenant_id, environment, identifier),
    foreign key (tenant_id, environment) references tenant.environment
);
comment on table registry.resource is 'An API or MCP server that takes tokens of this environment.';
comment on column registry.resource.identifier is 'RFC 8707 resource indicator, as registered; it becomes aud.';
call tenant.isolate('registry.resource');
call tenant.admit_staff('registry.resource');
grant select on registry.resource to narthex_token;
grant select, insert, update (name), delete on registry.resource to narthex_approval;

create table registry.resource_credential (
    tenant_id uuid not null,
    environment text not null,
    resource_id uuid not null,
    credential_id uuid not null,
    secret_hash bytea not null check (octet_length(secret_hash) = 32),
    last4 text not null,
    state text not null default 'active' check (state in ('active', 'revoked')),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, environment, resource_id, credential_id),
    foreign key (tenant_id, environment, resource_id) references registry.resource
);
comment on table registry.resource_credential is 'How a resource server proves itself at introspection and at the decision API.';
call tenant.isolate('registry.resource_credential');
grant select on registry.resource_credential to narthex_token;
grant select, insert, update (state) on registry.resource_credential to narthex_approval;
create trigger arrows before insert or update on registry.resource_credential
    for each row execute function tenant.follow_arrows('>active', 'active>revoked');

create table registry.scope (
    tenant_id uuid not null,
    environment text not null,
    scope text not null check (scope ~ '^[\x21\x23-\x5b\x5d-\x7e]{1,128}$'),
    resource_id uuid not null,
    description text not null check (char_length(description) between 1 and 200),
    risk text not null check (risk in ('read', 'change', 'delete', 'admin')),
    open boolean not null default false,
    primary key (tenant_id, environment, scope),
    unique (tenant_id, environment, scope, resource_id),
    foreign key (tenant_id, environment, resource_id) references registry.resource,
    constraint open_scopes_are_for_the_sandbox check (not open or environment = 'sandbox'),
    constraint open_scopes_only_read check (not open or risk = 'read')
);
comment on table registry.scope is 'The scope catalogue of one environment; a scope belongs to one resource.';
comment on column registry.scope.open is 'Given without a person to clients that register themselves in an open sandbox.';
call tenant.isolate('registry.scope');
call tenant.admit_staff('registry.scope');
grant select on registry.scope to narthex_token;
grant select, insert, update (description, risk, open), delete on registry.scope to narthex_approval;

create table registry.tool (
    tenant_id uuid not null,
    environment text not null,
    resource_id uuid not null,
    tool text not null check (char_length(tool) between 1 and 128),
    scope text not null,
    description text not null check (char_length(description) <= 500),
    schema_hash bytea not null check (octet_length(schema_hash) = 32),
    primary key (tenant_id, environment, resource_id, tool),
    unique (tenant_id, environment, resource_id, tool, scope),
    foreign key (tenant_id, environment, scope, resource_id)
        references registry.scope (tenant_id, environment, scope, resource_id)
);
comment on table registry.tool is 'An MCP tool of a resource, the scope it needs, and the hash of its input schema.';
call tenant.isolate('registry.tool');
call tenant.admit_staff('registry.tool');
grant select on registry.tool to narthex_token;
grant select, insert, update (description, schema_hash, scope), delete on registry.tool to narthex_approval;

create table registry.integration (
    tenant_id uuid not null,
    integration_id uuid not null,
    name text not null check (char_length(name) between 1 and 120),
    purpose text not null check (char_length(purpose) <= 1000),
    operator text not null check (operator in ('us', 'partner', 'agent')),
    origin text not null check (origin in ('portal', 'quarantine', 'approval', 'token', 'open')),
    sponsor_id uuid,
    created_at timestamptz not null,
    primary key (tenant_id, integration_id),
    foreign key (tenant_id) references tenant.tenant,
    foreign key (tenant_id, sponsor_id) references tenant.member,
    constraint a_person_answers_for_it check (sponsor_id is not null or origin = 'open')
);
comment on table registry.integration is 'What is being onboarded: a partner product, an internal service, an agent.';
comment on column registry.integration.sponsor_id is 'The person who answers for it; only open sandbox registrations have none.';
call tenant.isolate('registry.integration');
call tenant.admit_staff('registry.integration');
grant select on registry.integration to narthex_token;
grant select, insert, update (name, purpose, sponsor_id) on registry.integration to narthex_approval;

create table registry.domain (
    tenant_id uuid not null,
    domain_id uuid not null,
    host text not null check (host = lower(host) and char_length(host) between 1 and 253),
    challenge text not null,
    state text not null default 'pending'
        check (state in ('pending', 'checking', 'verified', 'failing', 'lapsed', 'failed')),
    last_seen text,
    created_at timestamptz not null,
    checked_at timestamptz,
    next_check_at timestamptz,
    failing_since timestamptz,
    primary key (tenant_id, domain_id),
    unique (tenant_id, host),
    unique (tenant_id, domain_id, host),
    foreign key (tenant_id) references tenant.tenant,
    constraint failing_says_since check ((state = 'failing') = (failing_since is not null))
);
comment on table registry.domain is 'A host that a tenant says is its own, and how far the proof has come.';
comment on column registry.domain.challenge is 'The public value to publish; it proves nothing by itself.';
comment on column registry.domain.next_check_at is 'When it is looked at by itself; null while an order is open and when it is over.';
comment on column registry.domain.failing_since is 'Since when a proved host no longer shows the value.';
create index domains_due on registry.domain (next_check_at) where next_check_at is not null;
call tenant.isolate('registry.domain');
call tenant.admit_staff('registry.domain');
grant select, insert, update (state, last_seen, checked_at, next_check_at, failing_since), delete on registry.domain to narthex_approval;
-- Discovery learns which hosts a tenant has proved, for what registrations may name; nothing else of this schema.
grant usage on schema registry to narthex_discovery;
grant select (tenant_id, host, state) on registry.domain to narthex_discovery;
create trigger arrows before insert or update on registry.domain for each row execute function tenant.follow_arrows(
    '>pending', 'pending>checking', 'pending>failed', 'checking>pending', 'checking>verified', 'checking>failed', 'verified>failing', 'failing>verified', 'failing>lapsed', 'lapsed>checking', 'failed>checking');
