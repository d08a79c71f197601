-- Receivers hear of what ended (OpenID Shared Signals Framework 1.0, CAEP 1.0, RISC 1.0). What is to be told is written by triggers
-- beside the change itself, so that no path can forget it; the token plane signs it; discovery pushes it, or the receiver fetches it.
create table issue.event_stream (
    tenant_id uuid not null,
    environment text not null,
    stream_id uuid not null,
    resource_id uuid not null,
    method text not null check (method in ('push', 'poll')),
    endpoint text check (char_length(endpoint) between 1 and 2048),
    kinds text[] not null check (kinds <@ array['session-revoked', 'credential-change', 'token-claims-change', 'account-disabled', 'account-enabled']),
    description text check (char_length(description) between 1 and 200),
    status text not null default 'enabled' check (status in ('enabled', 'paused', 'disabled')),
    status_reason text check (char_length(status_reason) <= 200),
    failures integer not null default 0 check (failures >= 0),
    last_error text check (char_length(last_error) <= 200),
    delivered_at timestamptz,
    verification_at timestamptz,
    lost bigint not null default 0,
    created_at timestamptz not null,
    primary key (tenant_id, environment, stream_id),
    constraint one_stream_a_resource unique (tenant_id, environment, resource_id),
    foreign key (tenant_id, environment, resource_id) references registry.resource,
    constraint an_address_is_pushed_to check ((method = 'push') = (endpoint is not null))
);
comment on table issue.event_stream is 'A resource hears of what ends about the clients that may reach it (OpenID Shared Signals Framework 1.0): one stream each.';
comment on column issue.event_stream.failures is 'Deliveries that failed one after another; ten disable the stream.';
comment on column issue.event_stream.lost is 'Events that were dropped unheard because too many waited.';
call tenant.isolate('issue.event_stream');
grant select, insert, delete, update (method, endpoint, kinds, description, status, status_reason, failures, last_error, verification_at, lost)
    on issue.event_stream to narthex_token, narthex_approval;
grant update (delivered_at) on issue.event_stream to narthex_token;
grant select, update (failures, last_error, delivered_at) on issue.event_stream to narthex_discovery;
call tenant.admit_staff('issue.event_stream');
revoke select on issue.event_stream from narthex_staff;
grant select (tenant_id, environment, stream_id, method, status) on issue.event_stream to narthex_staff;

-- Whoever delivers says what it saw; that ten failures in a row are enough is decided here.
create function issue.enough_failures() returns trigger
    language plpgsql as $$
begin
    if new.failures >= 10 and new.failures > old.failures and new.status = 'enabled' then
        new.status := 'disabled';
        new.status_reason := left('ten deliveries failed one after another: ' || coalesce(new.last_error, ''), 200);
    end if;
    return new;
end
$$;
create trigger enough_failures before update of failures on issue.event_stream
    for each row execute function issue.enough_failures();

create table issue.security_event (
    tenant_id uuid not null,
    environment text not null,
    stream_id uuid not null,
    event_id uuid not null default gen_random_uuid(),
    kind text not null check (kind in ('session-revoked', 'credential-change', 'token-claims-change', 'account-disabled',
        'account-enabled', 'verification', 'stream-updated')),
    client_id text check (char_length(client_id) <= 2048),
    member_id uuid,
    session_id uuid,
    detail text check (char_length(detail) <= 1024),
    cause text check (char_length(cause) <= 200),
    initiator text check (initiator in ('admin', 'user', 'system')),
    at timestamptz not null default now(),
    state text not null default 'unsigned' check (state in ('unsigned', 'signed', 'delivered', 'refused', 'lapsed')),
    signed text,
    tries integer not null default 0 check (tries >= 0),
    next_at timestamptz not null default now(),
    outcome text check (char_length(outcome) <= 200),
    primary key (tenant_id, environment, stream_id, event_id),
    foreign key (tenant_id, environment, stream_id) references issue.event_stream on delete cascade,
    constraint what_is_signed_waits check ((state = 'signed') = (signed is not null))
);
comment on table issue.security_event is 'What a receiver is to hear (RFC 8417): written with the change that it tells of, signed by the token plane, kept after delivery for people to see.';
comment on column issue.security_event.detail is 'What kind of change, for the kinds that have several; of a verification, what the receiver sent.';
comment on column issue.security_event.signed is 'The token, until it was delivered and no longer.';
create index security_event_at on issue.security_event (tenant_id, environment, stream_id, at);
create index security_event_waits on issue.security_event (next_at) where state in ('unsigned', 'signed');
call tenant.isolate('issue.security_event');
call tenant.admit_staff('issue.security_event');
revoke select on issue.security_event from narthex_staff;
grant select (tenant_id, environment, stream_id, state, at, next_at) on issue.security_event to narthex_staff;
grant select, insert, delete, update (state, signed, outcome, tries, next_at) on issue.security_event to narthex_token;
grant select (tenant_id, environment, stream_id, event_id, kind, client_id, member_id, session_id, detail, cause, at, state, tries, next_at, outcome),
    insert, delete, update (next_at) on issue.security_event to narthex_approval;
grant select, update (state, tries, next_at, outcome) on issue.security_event to narthex_discovery;
create trigger arrows before insert or update on issue.security_event for each row execute function tenant.follow_arrows(
    '>unsigned', 'unsigned>signed', 'unsigned>lapsed', 'signed>delivered', 'signed>refused', 'signed>lapsed');

-- A token is kept no longer than somebody waits for it, whoever says that nobody does.
create function issue.forget_what_was_told() returns trigger
    language plpgsql as $$
begin
    if new.state <> 'signed' then
        new.signed := null;
    end if;
    return new;
end
$$;
create trigger forget_what_was_told before update on issue.security_event
    for each row execute function issue.forget_what_was_told();

-- At most 2,000 events of a stream are kept, for a week: the oldest make room. What nobody has heard is counted as lost. The stream
-- is locked before its events, here as everywhere.
create function issue.make_room_for_events() returns trigger
    language plpgsql as $$
declare
    too_many uuid[] := array(select e.event_id from issue.security_event as e
        where e.tenant_id = new.tenant_id and e.environment = new.environment and e.stream_id = new.stream_id
        order by e.at desc, e.event_id offset 2000);
    unheard bigint;
begin
    if too_many = '{}' and not exists (select from issue.security_event as e
            where e.tenant_id = new.tenant_id and e.environment = new.environment and e.stream_id = new.stream_id
              and e.at < now() - interval '7 days') then
        return null;
    end if;
    perform from issue.event_stream as s
        where s.tenant_id = new.tenant_id and s.environment = new.environment and s.stream_id = new.stream_id for no key update;
    with gone as (
        delete from issue.security_event as e
            where e.tenant_id = new.tenant_id and e.environment = new.environment and e.stream_id = new.stream_id
              and (e.at < now() - interval '7 days' or e.event_id = any (too_many))
            returning e.state
    )
    select count(*) filter (where state in ('unsigned', 'signed')) into unheard from gone;
    update issue.event_stream as s set lost = s.lost + unheard
        where s.tenant_id = new.tenant_id and s.environment = new.environment and s.stream_id = new.stream_id and unheard > 0;
    return null;
end
$$;
create trigger make_room_for_events after insert on issue.security_event
    for each row execute function issue.make_room_for_events();

-- Whose turn it is now: the token plane signs, then discovery pushes, or the receiver that waits gets it.
create function issue.tell_of_event() returns trigger
    language plpgsql as $$
begin
    if new.state = 'unsigned' then
        perform pg_notify('narthex_event', new.tenant_id || ' ' || new.environment);
    else
        perform pg_notify('narthex_signed', new.tenant_id || ' ' || new.environment || ' ' || new.stream_id);
    end if;
    return null;
end
$$;
create trigger tell_of_event after insert or update of state, next_at on issue.security_event
    for each row when (new.state in ('unsigned', 'signed') and new.next_at <= now()) execute function issue.tell_of_event();

-- Writes an event for each stream of the environment that wants to hear of it and whose resource has one of the scopes: a resource
-- hears of the clients that may reach it and of nobody else. The same change is told once a transaction.
create function issue.tell_receivers(what issue.security_event, scopes text[]) returns void
    language plpgsql as $$
begin
    insert into issue.security_event (tenant_id, environment, stream_id, kind, client_id, member_id, session_id, detail, cause, initiator)
        select what.tenant_id, what.environment, s.stream_id, what.kind, what.client_id, what.member_id, what.session_id, what.detail,
            left(what.cause, 200), what.initiator
        from issue.event_stream as s
        where s.tenant_id = what.tenant_id and s.environment = what.environment and s.status <> 'disabled' and what.kind = any (s.kinds)
          and exists (select from registry.scope as c where c.tenant_id = what.tenant_id and c.environment = what.environment
            and c.resource_id = s.resource_id and c.scope = any (scopes))
          and not exists (select from issue.security_event as e where e.tenant_id = what.tenant_id and e.environment = what.environment
            and e.stream_id = s.stream_id and e.at = now() and e.kind = what.kind and e.client_id is not distinct from what.client_id
            and e.member_id is not distinct from what.member_id and e.session_id is not distinct from what.session_id
            and e.detail is not distinct from what.detail);
end
$$;
comment on function issue.tell_receivers(issue.security_event, text[]) is 'Leaves a security event for every receiver that it concerns. It acts with the caller''s rights.';
grant execute on function issue.tell_receivers(issue.security_event, text[]) to narthex_token, narthex_approval;

create function issue.scopes_of(whose uuid, place text, client text) returns text[]
    language sql stable as $$
    select coalesce(array_agg(e.scope), '{}') from registry.entitlement as e
        where e.tenant_id = whose and e.environment = place and e.client_id = client
$$;
grant execute on function issue.scopes_of(uuid, text, text) to narthex_token, narthex_approval;

-- A client stopped, or goes on.
create function issue.tell_of_client_state() returns trigger
    language plpgsql as $$
declare
    what issue.security_event;
    scopes text[] := issue.scopes_of(new.tenant_id, new.environment, new.client_id);
begin
    what.tenant_id := new.tenant_id;
    what.environment := new.environment;
    what.client_id := new.client_id;
    what.cause := 'the client is ' || new.state;
    what.initiator := case when new.state = 'expired' then 'system' else 'admin' end;
    if new.state in ('suspended', 'expired', 'revoked') then
        what.kind := 'account-disabled';
        perform issue.tell_receivers(what, scopes);
        if old.state in ('active', 'restricted') then
            what.kind := 'session-revoked';
            perform issue.tell_receivers(what, scopes);
        end if;
    elsif old.state = 'suspended' then
        what.kind := 'account-enabled';
        perform issue.tell_receivers(what, scopes);
    end if;
    return null;
end
$$;
create trigger tell_receivers after update of state on registry.client
    for each row when (old.state is distinct from new.state) execute function issue.tell_of_client_state();

-- A credential of a client was made or ended.
create function issue.tell_of_credential() returns trigger
    language plpgsql as $$
declare
    what issue.security_event;
begin
    if tg_op = 'UPDATE' and (new.state = old.state or new.state not in ('retired', 'revoked', 'expired')) then
        return null;
    end if;
    what.tenant_id := new.tenant_id;
    what.environment := new.environment;
    what.client_id := new.client_id;
    what.kind := 'credential-change';
    what.detail := case tg_op when 'INSERT' then 'create ' else 'revoke ' end || new.kind;
    what.initiator := case when new.state = 'expired' then 'system' else 'admin' end;
    perform issue.tell_receivers(what, issue.scopes_of(new.tenant_id, new.environment, new.client_id));
    return null;
end
$$;
create trigger tell_receivers after insert or update of state on registry.credential
    for each row execute function issue.tell_of_credential();

-- Looked at with the commit: an approval takes every scope and tool away and gives those that are in it.
create function issue.tell_of_narrowing() returns trigger
    language plpgsql as $$
declare
    what issue.security_event;
    kept boolean;
begin
    if tg_table_name = 'entitlement' then
        kept := exists (select from registry.entitlement as e where e.tenant_id = old.tenant_id and e.environment = old.environment
            and e.client_id = old.client_id and e.scope = old.scope);
    else
        kept := exists (select from registry.entitled_tool as t where t.tenant_id = old.tenant_id and t.environment = old.environment
            and t.client_id = old.client_id and t.resource_id = old.resource_id and t.tool = old.tool);
    end if;
    if not kept then
        what.tenant_id := old.tenant_id;
        what.environment := old.environment;
        what.client_id := old.client_id;
        what.kind := 'token-claims-change';
        what.initiator := 'admin';
        perform issue.tell_receivers(what, array[old.scope]);
    end if;
    return null;
end
$$;
create constraint trigger tell_receivers after delete on registry.entitlement
    deferrable initially deferred
    for each row execute function issue.tell_of_narrowing();
create constraint trigger tell_receivers after delete on registry.entitled_tool
    deferrable initially deferred
    for each row execute function issue.tell_of_narrowing();

-- What a person allowed a client ended.
create function issue.tell_of_grant() returns trigger
    language plpgsql as $$
declare
    what issue.security_event;
begin
    what.tenant_id := new.tenant_id;
    what.environment := new.environment;
    what.client_id := new.client_id;
    what.member_id := new.member_id;
    what.session_id := new.session_id;
    what.kind := 'session-revoked';
    what.cause := new.ended_why;
    what.initiator := case when new.ended_why = 'the person took it back' then 'user' else 'system' end;
    perform issue.tell_receivers(what, string_to_array(new.scope, ' '));
    return null;
end
$$;
create trigger tell_receivers after update of ended_at on issue."grant"
    for each row when (old.ended_at is null and new.ended_at is not null) execute function issue.tell_of_grant();

-- A session of a person ended, at one issuer or wholly: told to every resource that was reached from it.
create function issue.tell_of_session() returns trigger
    language plpgsql as $$
declare
    what issue.security_event;
    reached record;
begin
    for reached in
        select g.environment, g.member_id, array_agg(distinct s.scope) as scopes
        from issue."grant" as g cross join lateral unnest(string_to_array(g.scope, ' ')) as s (scope)
        where g.tenant_id = new.tenant_id and g.session_id = new.session_id and g.expires_at > now()
          and (tg_argv[0] = 'every' or g.environment = to_jsonb(new) ->> 'environment')
        group by g.environment, g.member_id
    loop
        what.tenant_id := new.tenant_id;
        what.environment := reached.environment;
        what.member_id := reached.member_id;
        what.session_id := new.session_id;
        what.kind := 'session-revoked';
        what.cause := 'the session of the person ended';
        what.initiator := 'user';
        perform issue.tell_receivers(what, reached.scopes);
    end loop;
    return null;
end
$$;
create trigger tell_receivers after insert on issue.signed_out
    for each row execute function issue.tell_of_session('here');
create trigger tell_receivers after update of ended_at on tenant.session
    for each row when (new.surface = 'user' and old.ended_at is null and new.ended_at is not null)
    execute function issue.tell_of_session('every');
