-- Tenants, their two environments, and the people who sign in.
create schema tenant;
grant usage on schema tenant to narthex_discovery, narthex_approval, narthex_staff, narthex_token, narthex_directory;

-- No function is everybody's: whoever may call one is named.
alter default privileges revoke execute on functions from public;

-- The tenant of this transaction. Never set, or left empty, is an error on purpose: a forgotten tenant must be loud.
create function tenant.current_tenant() returns uuid
    language sql stable parallel safe
    as $$ select current_setting('app.tenant')::uuid $$;
grant execute on function tenant.current_tenant()
    to narthex_discovery, narthex_approval, narthex_staff, narthex_token, narthex_directory;

-- Row-level security for one table: enabled, forced, one policy. Every table with tenant_id calls it.
create procedure tenant.isolate(target regclass)
    language plpgsql as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format('create policy isolation on %s using (tenant_id = (select tenant.current_tenant()))', target);
end
$$;

-- Staff read across tenants, through their own role alone.
create procedure tenant.admit_staff(target regclass)
    language plpgsql as $$
begin
    execute format('create policy staff_reads on %s for select to narthex_staff using (true)', target);
    execute format('grant select on %s to narthex_staff', target);
end
$$;

-- A state column begins at one of '>first' and moves only along the arrows 'from>to': the trigger's arguments.
create function tenant.follow_arrows() returns trigger
    language plpgsql as $$
declare
    before text := case when tg_op = 'UPDATE' then old.state else '' end;
begin
    if new.state is distinct from before and not (before || '>' || new.state = any (tg_argv)) then
        raise exception 'state of %.% cannot go from "%" to "%"', tg_table_schema, tg_table_name, before, new.state
            using errcode = 'check_violation', constraint = 'follow_arrows';
    end if;
    return new;
end
$$;

create table tenant.tenant (
    tenant_id uuid primary key,
    slug text not null unique check (slug ~ '^[a-z][a-z0-9-]{2,39}$'),
    name text not null check (char_length(name) between 1 and 120),
    state text not null default 'active' check (state in ('active', 'frozen')),
    created_at timestamptz not null
);
comment on table tenant.tenant is 'A company on the platform; the platform itself is the tenant 00000000-0000-7000-8000-000000000001, whose members are staff.';
call tenant.isolate('tenant.tenant');
call tenant.admit_staff('tenant.tenant');
grant select on tenant.tenant to narthex_discovery, narthex_token;
grant select, insert, update (name, state) on tenant.tenant to narthex_approval;
create trigger arrows before insert or update on tenant.tenant
    for each row execute function tenant.follow_arrows('>active', 'active>frozen', 'frozen>active');

-- From a slug to its tenant, one exact name at a time: nobody can list the names of others.
create policy directory on tenant.tenant for select to narthex_directory using (true);
grant select (tenant_id, slug, state) on tenant.tenant to narthex_directory;
create function tenant.resolve(wanted text) returns uuid
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select tenant_id from tenant.tenant where slug = wanted and state = 'active' and slug <> 'platform' $$;
grant create on schema tenant to narthex_directory;
alter function tenant.resolve(text) owner to narthex_directory;
revoke create on schema tenant from narthex_directory;
grant execute on function tenant.resolve(text) to narthex_discovery, narthex_approval, narthex_token;

create table tenant.environment (
    tenant_id uuid not null references tenant.tenant,
    environment text not null check (environment in ('sandbox', 'production')),
    registration_mode text not null default 'closed'
        check (registration_mode in ('closed', 'approval', 'quarantine', 'open')),
    client_documents boolean not null default true,
    refusal_text text check (char_length(refusal_text) <= 500),
    created_at timestamptz not null,
    primary key (tenant_id, environment),
    constraint open_is_for_the_sandbox check (registration_mode <> 'open' or environment = 'sandbox')
);
comment on table tenant.environment is 'An environment is an issuer of its own; nothing is shared between the two of a tenant.';
comment on column tenant.environment.client_documents is 'Whether a client may come with the address of its own metadata document as its identifier. It waits all the same.';
comment on column tenant.environment.refusal_text is 'What the tenant wants strangers'' users to read while an app is undecided.';
call tenant.isolate('tenant.environment');
call tenant.admit_staff('tenant.environment');
grant select on tenant.environment to narthex_discovery, narthex_token;
grant select, insert, update (registration_mode, client_documents, refusal_text) on tenant.environment to narthex_approval;

create table tenant.metadata_rules (
    tenant_id uuid not null,
    environment text not null,
    hosts text not null check (hosts in ('listed', 'any')),
    loopback boolean not null,
    app_schemes text not null check (app_schemes in ('none', 'listed', 'any')),
    contacts text not null check (contacts in ('listed', 'any')),
    primary key (tenant_id, environment),
    foreign key (tenant_id, environment) references tenant.environment
);
comment on table tenant.metadata_rules is 'What an environment takes of a client''s metadata; without a row, what a new one takes. It never replaces a proof.';
comment on column tenant.metadata_rules.hosts is 'Any host, or the listed and the proved ones: of redirect addresses, pages, logos and key sets.';
comment on column tenant.metadata_rules.loopback is 'Whether a redirect address may be on the person''s own machine.';
call tenant.isolate('tenant.metadata_rules');
call tenant.admit_staff('tenant.metadata_rules');
grant select on tenant.metadata_rules to narthex_discovery;
grant select, insert, update (hosts, loopback, app_schemes, contacts) on tenant.metadata_rules to narthex_approval;

create table tenant.allowed_name (
    tenant_id uuid not null,
    environment text not null,
    list text not null check (list in ('host', 'app_scheme', 'member', 'contact')),
    name text not null check (char_length(name) between 1 and 255),
    primary key (tenant_id, environment, list, name),
    foreign key (tenant_id, environment) references tenant.metadata_rules
);
comment on table tenant.allowed_name is 'An entry of a list of the metadata rules: a host or *.host, a scheme, a member, a domain of contacts.';
call tenant.isolate('tenant.allowed_name');
call tenant.admit_staff('tenant.allowed_name');
grant select on tenant.allowed_name to narthex_discovery;
grant select, insert, delete on tenant.allowed_name to narthex_approval;

create table tenant.statement_issuer (
    tenant_id uuid not null,
    environment text not null,
    issuer text not null check (char_length(issuer) between 1 and 2048),
    jwks jsonb not null,
    changed_at timestamptz not null,
    primary key (tenant_id, environment, issuer),
    foreign key (tenant_id, environment) references tenant.environment
);
comment on table tenant.statement_issuer is 'Whose software statements an environment believes (RFC 7591 2.3).';
comment on column tenant.statement_issuer.jwks is 'Its public keys, pinned; nothing is fetched.';
call tenant.isolate('tenant.statement_issuer');
call tenant.admit_staff('tenant.statement_issuer');
grant select on tenant.statement_issuer to narthex_discovery;
grant select, insert, update (jwks, changed_at), delete on tenant.statement_issuer to narthex_approval;

create table tenant.member (
    tenant_id uuid not null references tenant.tenant,
    member_id uuid not null,
    email text not null check (char_length(email) between 3 and 254),
    name text not null check (char_length(name) between 1 and 120),
    password_hash text,
    totp_sealed bytea,
    totp_last_step bigint,
    state text not null default 'active' check (state in ('active', 'left')),
    created_at timestamptz not null,
    primary key (tenant_id, member_id),
    unique (tenant_id, email)
);
comment on table tenant.member is 'A person of a tenant. Without a membership row the person is an end user: may sign in and consent, has no portal.';
comment on column tenant.member.password_hash is 'argon2id, PHC string; null until a password is set.';
comment on column tenant.member.totp_sealed is 'TOTP seed, sealed under the key of the people crate; never plain.';
comment on column tenant.member.totp_last_step is 'Last accepted RFC 6238 time step, so that one code works once.';
call tenant.isolate('tenant.member');
call tenant.admit_staff('tenant.member');
revoke select on tenant.member from narthex_staff;
grant select (tenant_id, member_id, email, name, state, created_at) on tenant.member to narthex_staff;
grant select (tenant_id, member_id, email, name, password_hash, state) on tenant.member to narthex_token;
grant select, insert, update (name, password_hash, totp_sealed, totp_last_step, state) on tenant.member to narthex_approval;
create trigger arrows before insert or update on tenant.member
    for each row execute function tenant.follow_arrows('>active', 'active>left', 'left>active');

create table tenant.membership (
    tenant_id uuid not null,
    member_id uuid not null,
    role text not null check (role in ('owner', 'manager', 'developer', 'viewer',
        'reviewer', 'approver', 'incident_lead', 'policy_admin', 'auditor')),
    granted_at timestamptz not null,
    primary key (tenant_id, member_id),
    foreign key (tenant_id, member_id) references tenant.member,
    constraint staff_roles_are_for_the_platform check (
        (tenant_id = '00000000-0000-7000-8000-000000000001')
        = (role in ('reviewer', 'approver', 'incident_lead', 'policy_admin', 'auditor')))
);
comment on table tenant.membership is 'The role of a member in the portal, or of a member of the platform tenant in the dashboard.';
call tenant.isolate('tenant.membership');
call tenant.admit_staff('tenant.membership');
grant select, insert, update (role), delete on tenant.membership to narthex_approval;

create table tenant.invitation (
    tenant_id uuid not null,
    invitation_id uuid not null,
    token_hash bytea not null check (octet_length(token_hash) = 32),
    email text not null,
    role text,
    invited_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    accepted_at timestamptz,
    primary key (tenant_id, invitation_id),
    unique (tenant_id, token_hash),
    foreign key (tenant_id) references tenant.tenant
);
comment on table tenant.invitation is 'A single-use link to join a tenant; the token is stored as a keyed hash.';
comment on column tenant.invitation.role is 'The portal role that accepting gives; null invites an end user.';
call tenant.isolate('tenant.invitation');
grant select, insert, update (accepted_at) on tenant.invitation to narthex_approval;

create table tenant.session (
    tenant_id uuid not null,
    session_id uuid not null,
    token_hash bytea not null check (octet_length(token_hash) = 32),
    surface text not null check (surface in ('portal', 'staff', 'user')),
    member_id uuid not null,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null,
    second_factor_at timestamptz,
    ended_at timestamptz,
    primary key (tenant_id, session_id),
    unique (tenant_id, token_hash),
    foreign key (tenant_id, member_id) references tenant.member
);
comment on table tenant.session is 'Signed-in browsers, by surface; the cookie is stored as a keyed hash.';
call tenant.isolate('tenant.session');
create policy users_only on tenant.session as restrictive to narthex_token using (surface = 'user');
create policy not_users on tenant.session as restrictive to narthex_approval using (surface in ('portal', 'staff'));
grant select, insert, update (seen_at, second_factor_at, ended_at) on tenant.session to narthex_approval, narthex_token;

-- The platform itself.
select set_config('app.tenant', '00000000-0000-7000-8000-000000000001', true);
insert into tenant.tenant (tenant_id, slug, name, created_at)
    values ('00000000-0000-7000-8000-000000000001', 'platform', 'Platform', now());
