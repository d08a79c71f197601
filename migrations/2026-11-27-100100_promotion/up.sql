-- A promotion is a case for production that began with a client of the sandbox. The two share an integration and nothing
-- else: no identifier, no credential, no key.
create table review.promotion (
    tenant_id uuid not null,
    environment text not null default 'production' check (environment = 'production'),
    request_id uuid not null,
    version integer not null default 1 check (version = 1),
    from_environment text not null default 'sandbox' check (from_environment = 'sandbox'),
    from_client_id text not null,
    readiness jsonb not null check (jsonb_typeof(readiness) = 'array'),
    at timestamptz not null,
    primary key (tenant_id, environment, request_id),
    foreign key (tenant_id, environment, request_id, version) references review.access_request,
    constraint promoted_from foreign key (tenant_id, from_environment, from_client_id)
        references registry.client (tenant_id, environment, client_id)
);
comment on table review.promotion is 'From which client of the sandbox a case for production came.';
comment on column review.promotion.readiness is 'What was looked at when it was sent, and whether it was there: name, met, seen.';
create index promotion_of_client on review.promotion (tenant_id, from_environment, from_client_id);
call tenant.isolate('review.promotion');
call tenant.admit_staff('review.promotion');
grant select, insert on review.promotion to narthex_approval;

-- What is promoted is the integration's own client, registered by nobody else, with an identifier that we gave.
create function review.promotes_its_own() returns trigger
    language plpgsql as $$
begin
    if not exists (select from registry.client as c
            join review.access_request as r on r.tenant_id = c.tenant_id and r.integration_id = c.integration_id
            where c.tenant_id = new.tenant_id and c.environment = new.from_environment and c.client_id = new.from_client_id
              and c.state in ('awaiting_credentials', 'active', 'restricted') and c.parent_client_id is null
              and c.client_id not like 'https://%'
              and r.environment = new.environment and r.request_id = new.request_id and r.version = new.version
              and r.client_id is null) then
        raise exception 'only a client of the same integration is promoted' using errcode = 'check_violation', constraint = 'promotes_its_own';
    end if;
    return null;
end
$$;
create trigger promotes_its_own after insert on review.promotion
    for each row execute function review.promotes_its_own();

-- A key proves a client in one environment. A client whose identifier is an address keeps its keys there, for both.
create function registry.keys_of_its_own() returns trigger
    language plpgsql as $$
begin
    if new.client_id not like 'https://%' and exists (select from review.mark as own
            join review.mark as other on other.tenant_id = own.tenant_id and other.hash = own.hash and other.kind = own.kind
            join registry.client as c on c.tenant_id = other.tenant_id and c.environment = other.environment
              and c.request_id = other.request_id and c.version = other.version
            where own.tenant_id = new.tenant_id and own.environment = new.environment and own.request_id = new.request_id
              and own.version = new.version and own.kind = 'key' and other.environment <> new.environment
              and c.client_id not like 'https://%') then
        raise exception 'a client of the other environment has this key' using errcode = 'check_violation', constraint = 'keys_of_its_own';
    end if;
    return new;
end
$$;
create trigger keys_of_its_own before insert or update of request_id, version on registry.client
    for each row execute function registry.keys_of_its_own();

-- To which addresses people came back in the sandbox: that a code for one was redeemed, and never the code.
create table issue.tried_address (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null,
    redirect_uri text not null,
    at timestamptz not null,
    primary key (tenant_id, environment, client_id, redirect_uri),
    foreign key (tenant_id, environment, client_id) references registry.client
);
comment on table issue.tried_address is 'An address of a client of the sandbox for which a code was redeemed, and when first.';
call tenant.isolate('issue.tried_address');
grant insert on issue.tried_address to narthex_token;
grant select on issue.tried_address to narthex_approval;
create function issue.note_the_address() returns trigger
    language plpgsql as $$
begin
    insert into issue.tried_address (tenant_id, environment, client_id, redirect_uri, at)
        values (new.tenant_id, new.environment, new.client_id, new.redirect_uri, new.redeemed_at) on conflict do nothing;
    return null;
end
$$;
create trigger note_the_address after update of redeemed_at on issue.authorization_code
    for each row when (new.environment = 'sandbox' and new.redeemed_at is not null and old.redeemed_at is null)
    execute function issue.note_the_address();
