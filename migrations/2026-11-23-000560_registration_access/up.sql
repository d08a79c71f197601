-- Managing a registration (RFC 7592): by which token a client does, and what it is told about itself.
create table intake.registration_access (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null,
    token_hash bytea not null check (octet_length(token_hash) = 32),
    information jsonb not null check (not information ?| array['client_secret', 'registration_access_token']),
    live boolean not null default true,
    created_at timestamptz not null,
    primary key (tenant_id, environment, client_id),
    unique (tenant_id, environment, token_hash),
    foreign key (tenant_id, environment, client_id) references registry.client
);
comment on table intake.registration_access is 'By which token a client manages its registration, as a keyed hash, and what it is told about itself; never a secret.';
comment on column intake.registration_access.live is 'False once the client was deleted or has ended in another way; never true again.';
create index deleted_registrations on intake.registration_access (tenant_id, environment, client_id) where not live;
call tenant.isolate('intake.registration_access');
call tenant.admit_staff('intake.registration_access');
revoke select on intake.registration_access from narthex_staff;
grant select (tenant_id, environment, client_id, information, live, created_at) on intake.registration_access to narthex_staff;
grant select, update (live) on intake.registration_access to narthex_discovery;
grant select (tenant_id, environment, client_id, information, live, created_at),
    insert (tenant_id, environment, client_id, token_hash, information, created_at), update (live)
    on intake.registration_access to narthex_approval;

create function intake.stays_ended() returns trigger
    language plpgsql as $$
begin
    if new.live and not old.live then
        raise exception 'a registration that has ended stays ended' using errcode = 'check_violation', constraint = 'stays_ended';
    end if;
    return new;
end
$$;
create trigger stays_ended before update on intake.registration_access
    for each row execute function intake.stays_ended();

create function intake.tell_of_deletion() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_deletion', new.tenant_id || ' ' || new.environment || ' ' || new.client_id);
    return null;
end
$$;
create trigger tell_approval after update of live on intake.registration_access
    for each row when (old.live and not new.live) execute function intake.tell_of_deletion();

-- Whoever ends a client ends what its token can do.
create function registry.end_registration_access() returns trigger
    language plpgsql as $$
begin
    update intake.registration_access set live = false
        where tenant_id = new.tenant_id and environment = new.environment and client_id = new.client_id and live;
    return null;
end
$$;
create trigger end_registration_access after update of state on registry.client
    for each row when (new.state in ('revoked', 'expired')) execute function registry.end_registration_access();
