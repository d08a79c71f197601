-- Clients, what they may reach, and how they prove themselves. A client is born from an approval and from nothing else.
create table registry.client (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null check (char_length(client_id) between 8 and 512),
    integration_id uuid not null,
    request_id uuid not null,
    version integer not null,
    approval_id uuid not null,
    state text not null default 'awaiting_credentials'
        check (state in ('awaiting_credentials', 'active', 'restricted', 'suspended', 'expired', 'revoked')),
    state_reason text,
    held_by_staff boolean not null default false,
    metadata jsonb not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, environment, client_id),
    unique (tenant_id, environment, client_id, approval_id),
    constraint only_what_is_suspended_is_held check (state = 'suspended' or not held_by_staff),
    foreign key (tenant_id, environment, approval_id, integration_id, request_id, version)
        references review.approval (tenant_id, environment, approval_id, integration_id, request_id, version)
);
comment on table registry.client is 'An integration''s presence in one environment; the OAuth client.';
comment on column registry.client.metadata is 'The effective RFC 7591 metadata that was approved.';
comment on column registry.client.held_by_staff is 'Staff suspended it: its tenant cannot let it go on.';
comment on column registry.client.expires_at is 'Everything expires: the approval''s end at the latest.';
create index client_integration on registry.client (tenant_id, integration_id);
call tenant.isolate('registry.client');
call tenant.admit_staff('registry.client');
grant select on registry.client to narthex_token;
grant select, insert, update (approval_id, integration_id, request_id, version, state, state_reason, held_by_staff, metadata, changed_at, expires_at)
    on registry.client to narthex_approval;
create trigger arrows before insert or update on registry.client for each row execute function tenant.follow_arrows(
    '>awaiting_credentials', '>active', 'awaiting_credentials>active', 'awaiting_credentials>revoked', 'awaiting_credentials>suspended', 'awaiting_credentials>expired',
    'active>suspended', 'active>restricted', 'active>expired', 'active>revoked',
    'restricted>active', 'restricted>suspended', 'restricted>revoked', 'restricted>expired',
    'suspended>active', 'suspended>awaiting_credentials', 'suspended>revoked', 'suspended>expired',
    'expired>revoked');

-- A client says and lives no more than was approved: it may leave out, never add.
create function registry.only_what_was_approved() returns trigger
    language plpgsql as $$
begin
    if not exists (select from review.approval as a
            join review.access_request as r on r.tenant_id = a.tenant_id and r.environment = a.environment
              and r.request_id = a.request_id and r.version = a.version
            where a.tenant_id = new.tenant_id and a.environment = new.environment and a.approval_id = new.approval_id
              and new.expires_at <= a.expires_at and new.metadata - 'scope' <@ r.metadata) then
        raise exception 'a client is what was approved, and for as long' using errcode = 'check_violation', constraint = 'client_approved';
    end if;
    return new;
end
$$;
create trigger only_what_was_approved after insert or update on registry.client
    for each row execute function registry.only_what_was_approved();

create function registry.tell_token_plane() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_client', new.tenant_id || ' ' || new.environment || ' ' || new.client_id);
    return null;
end
$$;
create trigger tell_token_plane after insert or update on registry.client
    for each row execute function registry.tell_token_plane();

create table registry.pinned_document (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null,
    content_hash bytea not null check (octet_length(content_hash) = 32),
    scope text not null,
    seen_hash bytea not null check (octet_length(seen_hash) = 32),
    drifted boolean not null,
    compared_at timestamptz not null,
    primary key (tenant_id, environment, client_id),
    foreign key (tenant_id, environment, client_id) references registry.client
);
comment on table registry.pinned_document is 'With which version of its own document a client was approved, and how the newest one compares.';
comment on column registry.pinned_document.scope is 'What that version asked for; what was approved is less.';
comment on column registry.pinned_document.seen_hash is 'The version that was compared last.';
comment on column registry.pinned_document.drifted is 'That version says something that somebody has to approve first.';
call tenant.isolate('registry.pinned_document');
call tenant.admit_staff('registry.pinned_document');
grant select, insert, update (content_hash, scope, seen_hash, drifted, compared_at)
    on registry.pinned_document to narthex_approval;

create table registry.entitlement (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null,
    scope text not null,
    approval_id uuid not null,
    expires_at timestamptz not null,
    primary key (tenant_id, environment, client_id, scope),
    foreign key (tenant_id, environment, client_id, approval_id)
        references registry.client (tenant_id, environment, client_id, approval_id),
    foreign key (tenant_id, environment, approval_id, scope) references review.approval_scope,
    foreign key (tenant_id, environment, scope) references registry.scope
);
-- Reach ends with the approval that gave it, or before.
create function registry.not_beyond_its_approval() returns trigger
    language plpgsql as $$
begin
    if exists (select from review.approval as a
            join review.approval_scope as s on s.tenant_id = a.tenant_id and s.environment = a.environment
              and s.approval_id = a.approval_id and s.scope = new.scope
            where a.tenant_id = new.tenant_id and a.environment = new.environment and a.approval_id = new.approval_id
              and new.expires_at > least(a.expires_at, s.expires_at)) then
        raise exception 'reach ends with its approval' using errcode = 'check_violation', constraint = 'entitlement_expires';
    end if;
    return new;
end
$$;
create trigger not_beyond_its_approval before insert on registry.entitlement
    for each row execute function registry.not_beyond_its_approval();
comment on table registry.entitlement is 'A grant of reach: one scope of one client, until a date, by one approval.';
call tenant.isolate('registry.entitlement');
call tenant.admit_staff('registry.entitlement');
grant select on registry.entitlement to narthex_token;
grant select, insert, delete on registry.entitlement to narthex_approval;

create table registry.entitled_tool (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null,
    resource_id uuid not null,
    tool text not null,
    scope text not null,
    approval_id uuid not null,
    schema_hash bytea not null,
    primary key (tenant_id, environment, client_id, resource_id, tool),
    foreign key (tenant_id, environment, client_id, scope) references registry.entitlement,
    foreign key (tenant_id, environment, approval_id, resource_id, tool, scope, schema_hash)
        references review.approval_tool (tenant_id, environment, approval_id, resource_id, tool, scope, schema_hash),
    foreign key (tenant_id, environment, client_id, approval_id)
        references registry.client (tenant_id, environment, client_id, approval_id)
);
comment on table registry.entitled_tool is 'A tool that a client may call, pinned to the schema that was approved.';
call tenant.isolate('registry.entitled_tool');
call tenant.admit_staff('registry.entitled_tool');
grant select on registry.entitled_tool to narthex_token;
grant select, insert, delete on registry.entitled_tool to narthex_approval;

create table registry.credential (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null,
    credential_id uuid not null,
    kind text not null check (kind in ('secret', 'key')),
    secret_hash bytea check (octet_length(secret_hash) = 32),
    public_jwk jsonb,
    last4 text not null,
    state text not null default 'active' check (state in ('active', 'retiring', 'retired', 'revoked', 'expired')),
    created_by uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, environment, client_id, credential_id),
    foreign key (tenant_id, environment, client_id) references registry.client,
    foreign key (tenant_id, created_by) references tenant.member,
    constraint one_kind check ((kind = 'secret') = (secret_hash is not null) and (kind = 'key') = (public_jwk is not null)),
    constraint only_public_keys check (public_jwk is null
        or (coalesce(public_jwk ->> 'kty', '') in ('EC', 'RSA', 'OKP') and not (public_jwk ?| array['d', 'p', 'q', 'k'])))
);
comment on table registry.credential is 'How a client proves itself: a keyed hash or a public key, never a secret.';
call tenant.isolate('registry.credential');
call tenant.admit_staff('registry.credential');
revoke select on registry.credential from narthex_staff;
grant select (tenant_id, environment, client_id, credential_id, kind, last4, state, created_by, created_at, expires_at)
    on registry.credential to narthex_staff;
grant select on registry.credential to narthex_token;
grant select, insert, update (state) on registry.credential to narthex_approval;
create trigger arrows before insert or update on registry.credential for each row execute function tenant.follow_arrows(
    '>active', 'active>retiring', 'active>retired', 'active>revoked', 'active>expired', 'retiring>retired', 'retiring>revoked', 'retiring>expired');

-- At most two credentials of a client live at once. The client row is locked, so two writers cannot both be second.
create function registry.two_live_credentials() returns trigger
    language plpgsql as $$
begin
    perform from registry.client as c
        where c.tenant_id = new.tenant_id and c.environment = new.environment and c.client_id = new.client_id for update;
    if (select count(*) from registry.credential as c
            where c.tenant_id = new.tenant_id and c.environment = new.environment and c.client_id = new.client_id
              and c.state in ('active', 'retiring') and c.expires_at > new.created_at) > 2 then
        raise exception 'a client has at most two live credentials' using errcode = 'check_violation', constraint = 'two_live_credentials';
    end if;
    return null;
end
$$;
create trigger two_live_credentials after insert on registry.credential
    for each row execute function registry.two_live_credentials();

-- What the token plane serves: the client as it stands, with its entitlement in force.
create view registry.active_client with (security_invoker) as
    select c.tenant_id, c.environment, c.client_id, c.integration_id, i.name as integration_name, c.approval_id,
           c.state, c.metadata, c.expires_at
    from registry.client as c
    join registry.integration as i on i.tenant_id = c.tenant_id and i.integration_id = c.integration_id
    where c.state in ('active', 'restricted') and c.expires_at > now();
grant select on registry.active_client to narthex_token;
