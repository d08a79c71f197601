-- Every administrative act, hash-chained per tenant.
create schema ledger;
grant usage on schema ledger to narthex_approval, narthex_staff, narthex_token, narthex_ledger;
grant usage on schema tenant to narthex_ledger;
grant execute on function tenant.current_tenant() to narthex_ledger;

create table ledger.entry (
    tenant_id uuid not null,
    seq bigint not null,
    at timestamptz not null,
    actor_kind text not null check (actor_kind in ('person', 'rule', 'system', 'client')),
    actor text not null,
    action text not null check (action ~ '^[a-z_]+(\.[a-z_]+)+$'),
    object text not null,
    environment text check (environment in ('sandbox', 'production')),
    reason text not null,
    detail json not null,
    request_id text not null,
    previous_hash bytea not null check (octet_length(previous_hash) = 32),
    hash bytea not null check (octet_length(hash) = 32),
    primary key (tenant_id, seq),
    foreign key (tenant_id) references tenant.tenant
);
comment on table ledger.entry is 'Who did what, why; append only. hash = SHA-256 over previous_hash and the fields as netstrings.';
comment on column ledger.entry.detail is 'json, not jsonb: the text is hashed as it was written.';
call tenant.isolate('ledger.entry');
call tenant.admit_staff('ledger.entry');
grant select, insert on ledger.entry to narthex_approval;
grant insert on ledger.entry to narthex_token, narthex_staff;

create table ledger.head (
    tenant_id uuid primary key references tenant.tenant,
    seq bigint not null,
    hash bytea not null
);
comment on table ledger.head is 'The end of each chain; only the chaining function touches it.';
call tenant.isolate('ledger.head');
grant select, insert, update on ledger.head to narthex_ledger;

-- One field as a netstring, so that no two different rows encode alike.
create function ledger.field(value text) returns text
    language sql immutable
    as $$ select case when value is null then '-,' else octet_length(convert_to(value, 'UTF8')) || ':' || value || ',' end $$;
grant execute on function ledger.field(text) to narthex_ledger;

-- Number, link and seal an entry, whatever the writer put into these three columns.
create function ledger.chain() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    head ledger.head;
begin
    insert into ledger.head (tenant_id, seq, hash) values (new.tenant_id, 0, decode(repeat('00', 32), 'hex'))
        on conflict (tenant_id) do nothing;
    select * into head from ledger.head as h where h.tenant_id = new.tenant_id for update;
    new.seq := head.seq + 1;
    new.previous_hash := head.hash;
    new.hash := sha256(head.hash || convert_to(
        ledger.field(new.tenant_id::text) || ledger.field(new.seq::text)
        || ledger.field(to_char(new.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
        || ledger.field(new.actor_kind) || ledger.field(new.actor) || ledger.field(new.action) || ledger.field(new.object)
        || ledger.field(new.environment) || ledger.field(new.reason) || ledger.field(new.detail::text) || ledger.field(new.request_id),
        'UTF8'));
    update ledger.head as h set seq = new.seq, hash = new.hash where h.tenant_id = new.tenant_id;
    return new;
end
$$;
grant create on schema ledger to narthex_ledger;
alter function ledger.chain() owner to narthex_ledger;
revoke create on schema ledger from narthex_ledger;
create trigger chain before insert on ledger.entry for each row execute function ledger.chain();
