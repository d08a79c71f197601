-- Whose sign-in a tenant believes, who of its people is who there, and whether passwords count beside it.
create table tenant.identity_provider (
    tenant_id uuid not null references tenant.tenant,
    provider_id uuid not null,
    name text not null check (char_length(name) between 1 and 120),
    issuer text not null check (char_length(issuer) between 9 and 2048 and issuer like 'https://%'),
    client_id text not null check (char_length(client_id) between 1 and 255),
    client_secret_sealed bytea not null,
    joins_as text check (joins_as in ('manager', 'developer', 'viewer')),
    created_at timestamptz not null,
    tested_at timestamptz,
    ended_at timestamptz check (ended_at >= created_at),
    primary key (tenant_id, provider_id),
    unique (tenant_id, provider_id, issuer)
);
comment on table tenant.identity_provider is 'An OpenID provider at which people of the tenant sign in. Its issuer never changes: another issuer is another provider.';
comment on column tenant.identity_provider.client_secret_sealed is 'Sealed under the key of providers, bound to this row.';
comment on column tenant.identity_provider.joins_as is 'The role of people whom nobody invited, with a verified address of a proved domain; null lets nobody join. Never owner.';
comment on column tenant.identity_provider.tested_at is 'When its discovery document and keys were last read without fault.';
call tenant.isolate('tenant.identity_provider');
grant select, insert, update (tested_at, ended_at) on tenant.identity_provider to narthex_approval;
create unique index identity_provider_once on tenant.identity_provider (tenant_id, issuer) where ended_at is null;

create table tenant.linked_identity (
    tenant_id uuid not null,
    issuer text not null,
    subject text not null check (char_length(subject) between 1 and 255),
    member_id uuid not null,
    provider_id uuid not null,
    linked_at timestamptz not null,
    primary key (tenant_id, issuer, subject),
    foreign key (tenant_id, member_id) references tenant.member,
    foreign key (tenant_id, provider_id, issuer) references tenant.identity_provider (tenant_id, provider_id, issuer)
);
comment on table tenant.linked_identity is 'Who at a provider is which person here: by issuer and subject, never by an address. It is never moved to another person.';
call tenant.isolate('tenant.linked_identity');
grant select, insert on tenant.linked_identity to narthex_approval;
create index linked_identity_of on tenant.linked_identity (tenant_id, member_id);

create table tenant.provider_answer (
    tenant_id uuid not null references tenant.tenant,
    state_hash bytea not null check (octet_length(state_hash) = 32),
    used_at timestamptz not null,
    primary key (tenant_id, state_hash)
);
comment on table tenant.provider_answer is 'Answers of providers that let somebody in, so that none does twice. Kept as long as one could come again.';
call tenant.isolate('tenant.provider_answer');
grant select, insert, delete on tenant.provider_answer to narthex_approval;

create table tenant.sign_in_rule (
    tenant_id uuid not null references tenant.tenant,
    providers_only boolean not null,
    changed_at timestamptz not null,
    primary key (tenant_id)
);
comment on table tenant.sign_in_rule is 'Whether people of the portal sign in at providers alone. Owners with a second factor may use their password all the same, and are heard doing it.';
call tenant.isolate('tenant.sign_in_rule');
grant select, insert, update on tenant.sign_in_rule to narthex_approval;

-- A new foreign key looks at the rows that are there, and nobody looks without a tenant.
select set_config('app.tenant', '00000000-0000-7000-8000-000000000001', true);
alter table tenant.session
    add column provider_id uuid,
    add column confirmed_at timestamptz,
    add constraint a_provider_confirms check (confirmed_at is null or provider_id is not null),
    add constraint session_provider foreign key (tenant_id, provider_id) references tenant.identity_provider;
comment on column tenant.session.provider_id is 'By whose word it began; null where a password began it.';
comment on column tenant.session.confirmed_at is 'When the person signed in at the provider anew for this session, where that was asked of them.';

-- Nobody is locked out by a rule: where passwords do not count, there is a provider that was reached.
create function tenant.somebody_gets_in() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    if exists (select from tenant.sign_in_rule as r where r.tenant_id = new.tenant_id and r.providers_only)
            and not exists (select from tenant.identity_provider as p
                where p.tenant_id = new.tenant_id and p.ended_at is null and p.tested_at is not null) then
        raise exception 'without passwords there is a provider that works'
            using errcode = 'check_violation', constraint = 'somebody_gets_in';
    end if;
    return null;
end $$;
create trigger somebody_gets_in after insert or update on tenant.sign_in_rule
    for each row execute function tenant.somebody_gets_in();
create trigger somebody_gets_in after update on tenant.identity_provider
    for each row execute function tenant.somebody_gets_in();
