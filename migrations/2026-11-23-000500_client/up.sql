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
    parent_client_id text,
    depth smallint not null default 1,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, environment, client_id),
    unique (tenant_id, environment, client_id, approval_id),
    constraint only_what_is_suspended_is_held check (state = 'suspended' or not held_by_staff),
    foreign key (tenant_id, environment, parent_client_id) references registry.client,
    constraint client_depth check (depth between 1 and 3 and (depth = 1) = (parent_client_id is null)),
    foreign key (tenant_id, environment, approval_id, integration_id, request_id, version)
        references review.approval (tenant_id, environment, approval_id, integration_id, request_id, version)
);
comment on table registry.client is 'An integration''s presence in one environment; the OAuth client.';
comment on column registry.client.metadata is 'The effective RFC 7591 metadata that was approved.';
comment on column registry.client.held_by_staff is 'Staff suspended it: its tenant cannot let it go on.';
comment on column registry.client.expires_at is 'Everything expires: the approval''s end at the latest.';
comment on column registry.client.parent_client_id is 'The client that registered it with an initial access token, copied from that token.';
comment on column registry.client.depth is 'How many clients are in the line from the person who answers: 1 without a parent, 3 at most.';
-- A new foreign key looks at the rows that are there, and nobody looks without a tenant.
select set_config('app.tenant', '00000000-0000-7000-8000-000000000001', true);
alter table intake.initial_access_token add constraint token_of_a_client
    foreign key (tenant_id, environment, parent_client_id) references registry.client;
create index client_children on registry.client (tenant_id, environment, parent_client_id) where parent_client_id is not null;
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

-- Who registered a client is copied from the token that brought it, whatever the writer says. A parent is held while a
-- child begins to work, so that it is not stopped at the same moment.
create function registry.name_the_parent() returns trigger
    language plpgsql as $$
declare
    above smallint;
begin
    if tg_op = 'INSERT' then
        new.parent_client_id := (select t.parent_client_id from review.access_request as r
            join intake.quarantine as q on q.tenant_id = r.tenant_id and q.environment = r.environment and q.client_id = r.client_id
            join intake.initial_access_token as t on t.tenant_id = q.tenant_id and t.environment = q.environment
              and t.initial_access_id = q.initial_access_id
            where r.tenant_id = new.tenant_id and r.environment = new.environment
              and r.request_id = new.request_id and r.version = new.version);
    end if;
    if new.parent_client_id is not null and new.state in ('awaiting_credentials', 'active', 'restricted') then
        select c.depth into above from registry.client as c
            where c.tenant_id = new.tenant_id and c.environment = new.environment and c.client_id = new.parent_client_id for share;
    end if;
    if tg_op = 'INSERT' then
        new.depth := coalesce(above, 0) + 1;
    end if;
    return new;
end
$$;
create trigger name_the_parent before insert or update of state on registry.client
    for each row execute function registry.name_the_parent();

-- At commit no client works whose parent does not, and none ends after its parent: who stops one stops all below it.
create function registry.follows_its_parent() returns trigger
    language plpgsql as $$
declare
    this registry.client;
begin
    select * into this from registry.client as c
        where c.tenant_id = new.tenant_id and c.environment = new.environment and c.client_id = new.client_id;
    if this.state in ('awaiting_credentials', 'active', 'restricted') then
        if this.parent_client_id is not null and not exists (select from registry.client as p
                where p.tenant_id = this.tenant_id and p.environment = this.environment and p.client_id = this.parent_client_id
                  and p.state in ('active', 'restricted') and p.expires_at >= this.expires_at) then
            raise exception 'the parent does not work' using errcode = 'check_violation', constraint = 'client_parent';
        end if;
    end if;
    if exists (select from registry.client as c
            where c.tenant_id = this.tenant_id and c.environment = this.environment and c.parent_client_id = this.client_id
              and c.state in ('awaiting_credentials', 'active', 'restricted')
              and (this.state not in ('active', 'restricted') or c.expires_at > this.expires_at)) then
        raise exception 'a child still works' using errcode = 'check_violation', constraint = 'client_children';
    end if;
    return null;
end
$$;
create constraint trigger follows_its_parent after insert or update on registry.client
    deferrable initially deferred
    for each row execute function registry.follows_its_parent();

-- The tokens of a client work while it does.
create function registry.tokens_follow() returns trigger
    language plpgsql as $$
begin
    update intake.initial_access_token as t set held = new.state not in ('active', 'restricted')
        where t.tenant_id = new.tenant_id and t.environment = new.environment and t.parent_client_id = new.client_id
          and t.held = (new.state in ('active', 'restricted'));
    return null;
end
$$;
create trigger tokens_follow after update of state on registry.client
    for each row execute function registry.tokens_follow();

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

-- A client that another one registered reaches no further than that one, and not for longer.
create function registry.not_beyond_its_parent() returns trigger
    language plpgsql as $$
declare
    parent text := (select c.parent_client_id from registry.client as c
        where c.tenant_id = new.tenant_id and c.environment = new.environment and c.client_id = new.client_id);
    within boolean := parent is null;
begin
    if parent is not null and tg_table_name = 'entitlement' then
        within := exists (select from registry.entitlement as e
            where e.tenant_id = new.tenant_id and e.environment = new.environment and e.client_id = parent
              and e.scope = new.scope and e.expires_at >= new.expires_at);
    elsif parent is not null then
        within := exists (select from registry.entitled_tool as t
            where t.tenant_id = new.tenant_id and t.environment = new.environment and t.client_id = parent
              and t.resource_id = new.resource_id and t.tool = new.tool and t.scope = new.scope and t.schema_hash = new.schema_hash);
    end if;
    if not within then
        raise exception 'the parent reaches no further' using errcode = 'check_violation', constraint = 'entitlement_parent';
    end if;
    return new;
end
$$;
create trigger not_beyond_its_parent before insert on registry.entitlement
    for each row execute function registry.not_beyond_its_parent();

-- At commit no child keeps what its parent has lost.
create function registry.no_child_keeps_it() returns trigger
    language plpgsql as $$
begin
    if exists (select from registry.client as c
            join registry.entitlement as e on e.tenant_id = c.tenant_id and e.environment = c.environment and e.client_id = c.client_id
            where c.tenant_id = old.tenant_id and c.environment = old.environment and c.parent_client_id = old.client_id
              and e.scope = old.scope and not exists (select from registry.entitlement as p
                where p.tenant_id = old.tenant_id and p.environment = old.environment and p.client_id = old.client_id
                  and p.scope = old.scope and p.expires_at >= e.expires_at)) then
        raise exception 'a child still reaches it' using errcode = 'check_violation', constraint = 'entitlement_children';
    end if;
    return null;
end
$$;
create constraint trigger no_child_keeps_it after delete on registry.entitlement
    deferrable initially deferred
    for each row execute function registry.no_child_keeps_it();
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
create trigger not_beyond_its_parent before insert on registry.entitled_tool
    for each row execute function registry.not_beyond_its_parent();
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
