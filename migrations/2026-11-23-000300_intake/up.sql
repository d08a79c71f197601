-- What strangers bring: attempts, families, quarantine. Nothing here gives reach.
create schema intake;
grant usage on schema intake to narthex_discovery, narthex_approval, narthex_staff, narthex_token;

create table intake.attempt (
    tenant_id uuid not null,
    environment text not null,
    at timestamptz not null,
    attempt_id uuid not null,
    outcome text not null check (outcome in ('malformed', 'limited', 'blocked', 'refused', 'joined', 'quarantined', 'deferred',
        'activated')),
    source cidr not null,
    fingerprint bytea check (octet_length(fingerprint) = 32),
    client_id text,
    client_name text check (char_length(client_name) <= 200),
    error text,
    reason text not null check (char_length(reason) <= 500),
    request_id text not null,
    primary key (tenant_id, environment, at, attempt_id),
    foreign key (tenant_id, environment) references tenant.environment
) partition by range (at);
comment on table intake.attempt is 'One call on a public registration surface; append only, partitioned by day. Calls of a flood are counted in intake.tally.';
comment on column intake.attempt.source is 'The caller''s /32 or /64, never more.';
comment on column intake.attempt.reason is 'The exact reason; the caller heard the coarse code in error alone.';
call tenant.isolate('intake.attempt');
call tenant.admit_staff('intake.attempt');
grant insert, select on intake.attempt to narthex_discovery;
grant select on intake.attempt to narthex_approval;

-- Makes the partitions of the coming days; the default one takes what nobody prepared for.
create table intake.attempt_default partition of intake.attempt default;
call tenant.isolate('intake.attempt_default');
create index attempt_at on intake.attempt (at desc, attempt_id desc);
create index attempt_family on intake.attempt (tenant_id, environment, fingerprint, at desc) where fingerprint is not null;

-- Under a flood an attempt is not a row but one more in a count. The answer leaves when the count is committed.
create table intake.tally (
    tenant_id uuid not null,
    environment text not null,
    minute timestamptz not null check (minute = date_trunc('minute', minute, 'UTC')),
    outcome text not null check (outcome in ('malformed', 'limited', 'blocked', 'refused', 'joined')),
    error text not null,
    fingerprint bytea not null check (octet_length(fingerprint) in (0, 32)),
    network cidr not null,
    calls bigint not null check (calls > 0),
    primary key (tenant_id, environment, minute, outcome, error, fingerprint, network),
    foreign key (tenant_id, environment) references tenant.environment
) partition by range (minute);
comment on table intake.tally is 'Attempts like many others of the same minute, counted instead of written one by one; partitioned by day.';
comment on column intake.tally.error is 'The code that the caller heard; empty for what was admitted.';
comment on column intake.tally.fingerprint is 'The family; empty where there is none.';
comment on column intake.tally.network is 'The callers'' /24 or /48; 0.0.0.0/0 or ::/0 for all networks after the first few of that minute.';
call tenant.isolate('intake.tally');
call tenant.admit_staff('intake.tally');
grant select, insert, update (calls) on intake.tally to narthex_discovery;
grant select on intake.tally to narthex_approval;
create index tally_family on intake.tally (tenant_id, environment, fingerprint, minute desc);

create table intake.tally_default partition of intake.tally default;
call tenant.isolate('intake.tally_default');

-- A count never goes down: what was counted stays counted.
create function intake.only_grow() returns trigger
    language plpgsql as $$
begin
    if new.calls <= old.calls then
        raise exception 'a count only grows' using errcode = 'check_violation', constraint = 'only_grow';
    end if;
    return new;
end
$$;
create trigger only_grow before update on intake.tally for each row execute function intake.only_grow();

create table intake.family (
    tenant_id uuid not null,
    environment text not null,
    fingerprint bytea not null check (octet_length(fingerprint) = 32),
    client_name text not null,
    redirects text not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    attempts bigint not null default 1 check (attempts > 0),
    primary key (tenant_id, environment, fingerprint),
    foreign key (tenant_id, environment) references tenant.environment
);
comment on table intake.family is 'Attempts that share a metadata fingerprint, counted.';
comment on column intake.family.redirects is 'Where its redirect addresses lead, for people: hosts, or "this computer".';
call tenant.isolate('intake.family');
call tenant.admit_staff('intake.family');
grant select, insert, update (last_seen, attempts) on intake.family to narthex_discovery;
grant select on intake.family to narthex_approval;

-- Who may register clients where strangers may not: a person answers for each token, and what it brings is a case like
-- any other. The ceiling is complete when the token is made.
create table intake.initial_access_token (
    tenant_id uuid not null,
    environment text not null,
    initial_access_id uuid not null,
    token_hash bytea not null check (octet_length(token_hash) = 32),
    last4 text not null,
    label text not null check (char_length(label) between 1 and 120),
    sponsor_id uuid not null,
    parent_client_id text,
    uses_left integer not null check (uses_left between 0 and 1000),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    held boolean not null default false,
    revoked_at timestamptz,
    made_by xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, environment, initial_access_id),
    unique (tenant_id, environment, token_hash),
    foreign key (tenant_id, environment) references tenant.environment,
    foreign key (tenant_id, sponsor_id) references tenant.member,
    constraint it_ends_soon check (expires_at > created_at and expires_at <= created_at + interval '90 days')
);
comment on table intake.initial_access_token is 'An initial access token (RFC 7591 section 3) as a keyed hash: who answers for what it registers, how often, until when.';
comment on column intake.initial_access_token.parent_client_id is 'The client that registers others with it; they reach no further than it does.';
comment on column intake.initial_access_token.made_by is 'The transaction that made it, in which alone its ceiling is written.';
comment on column intake.initial_access_token.held is 'The parent does not work at the moment.';
call tenant.isolate('intake.initial_access_token');
call tenant.admit_staff('intake.initial_access_token');
revoke select on intake.initial_access_token from narthex_staff;
grant select (tenant_id, environment, initial_access_id, last4, label, sponsor_id, parent_client_id, uses_left, created_at, expires_at,
    used_at, held, revoked_at) on intake.initial_access_token to narthex_staff, narthex_approval;
grant select (made_by), insert (tenant_id, environment, initial_access_id, token_hash, last4, label, sponsor_id, parent_client_id,
    uses_left, created_at, expires_at), update (held, revoked_at) on intake.initial_access_token to narthex_approval;
grant select (tenant_id, environment, initial_access_id, token_hash, parent_client_id, uses_left, expires_at, held, revoked_at),
    update (uses_left, used_at) on intake.initial_access_token to narthex_discovery;

-- A token is spent and never filled; one that is revoked stays so.
create function intake.only_spent() returns trigger
    language plpgsql as $$
begin
    if new.uses_left > old.uses_left or (old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at)
        or (new.uses_left < old.uses_left and (old.held or old.revoked_at is not null)) then
        raise exception 'a token is spent, never filled' using errcode = 'check_violation', constraint = 'token_spent';
    end if;
    return new;
end
$$;
create trigger only_spent before update on intake.initial_access_token
    for each row execute function intake.only_spent();

create table intake.initial_access_scope (
    tenant_id uuid not null,
    environment text not null,
    initial_access_id uuid not null,
    scope text not null,
    primary key (tenant_id, environment, initial_access_id, scope),
    foreign key (tenant_id, environment, initial_access_id) references intake.initial_access_token,
    foreign key (tenant_id, environment, scope) references registry.scope
);
comment on table intake.initial_access_scope is 'The ceiling of an initial access token: what it registers asks for none but these.';
call tenant.isolate('intake.initial_access_scope');
call tenant.admit_staff('intake.initial_access_scope');
grant select, insert on intake.initial_access_scope to narthex_approval;

create function intake.only_with_its_token() returns trigger
    language plpgsql as $$
begin
    if not exists (select from intake.initial_access_token as t
            where t.tenant_id = new.tenant_id and t.environment = new.environment
              and t.initial_access_id = new.initial_access_id and t.made_by = pg_current_xact_id()) then
        raise exception 'a ceiling is complete once it is made' using errcode = 'check_violation', constraint = 'ceiling_complete';
    end if;
    return new;
end
$$;
create trigger only_with_its_token before insert on intake.initial_access_scope
    for each row execute function intake.only_with_its_token();

create table intake.quarantine (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null,
    fingerprint bytea not null,
    metadata jsonb not null,
    scope text not null default '',
    state text not null default 'quarantined'
        check (state in ('quarantined', 'linked', 'activated', 'blocked', 'expired')),
    answer jsonb,
    vouched_by text check (char_length(vouched_by) <= 2048),
    initial_access_id uuid,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    introduced_by cidr,
    primary key (tenant_id, environment, client_id),
    foreign key (tenant_id, environment, fingerprint) references intake.family,
    foreign key (tenant_id, environment, initial_access_id) references intake.initial_access_token
);
comment on table intake.quarantine is 'Where an accepted attempt waits: an identifier at most, never a secret, never a scope.';
comment on column intake.quarantine.scope is 'What it asked for, in its own words; nothing follows from it.';
comment on column intake.quarantine.vouched_by is 'The issuer of the software statement that its metadata rest on (RFC 7591 2.3).';
comment on column intake.quarantine.answer is 'What the approval plane wants the registrant told after activation (RFC 7591 3.2.1); holds no secret.';
comment on column intake.quarantine.initial_access_id is 'The initial access token that brought it; null for a stranger''s.';
create unique index quarantine_family on intake.quarantine (tenant_id, environment, fingerprint, initial_access_id)
    nulls not distinct where state <> 'expired';
comment on column intake.quarantine.introduced_by is 'The /24 or /48 of the first call; what became of its software prices what it brings next.';
create index quarantine_history on intake.quarantine (tenant_id, environment, created_at);
call tenant.isolate('intake.quarantine');
call tenant.admit_staff('intake.quarantine');
grant select, insert on intake.quarantine to narthex_discovery;
grant select, update (state, answer) on intake.quarantine to narthex_approval;
grant select on intake.quarantine to narthex_token;
create trigger arrows before insert or update on intake.quarantine for each row execute function tenant.follow_arrows(
    '>quarantined', 'quarantined>linked', 'quarantined>blocked', 'quarantined>expired',
    'linked>activated', 'linked>blocked', 'linked>expired', 'expired>quarantined');

-- An identifier that is an address has no other: its document may say something else while it waits, and it may come
-- again when its time was over. What is decided stays as it is.
create policy addresses_wait_again on intake.quarantine as restrictive for update to narthex_discovery
    using (client_id like 'https://%' and state in ('quarantined', 'expired')) with check (state = 'quarantined');
grant update (fingerprint, metadata, scope, state, expires_at) on intake.quarantine to narthex_discovery;

-- Brakes and lists: what people set against floods. A row of the platform's own tenant holds for every tenant.
create table intake.brake (
    tenant_id uuid not null references tenant.tenant,
    brake_id uuid not null,
    reason text not null check (char_length(reason) between 1 and 2000),
    set_by_tenant uuid not null,
    set_by uuid not null,
    set_by_name text not null,
    set_at timestamptz not null,
    ends_at timestamptz not null,
    proposed_by_tenant uuid,
    proposed_by uuid,
    proposed_by_name text,
    proposed_at timestamptz,
    lifted_by_tenant uuid,
    lifted_by uuid,
    lifted_by_name text,
    lifted_at timestamptz,
    primary key (tenant_id, brake_id),
    constraint a_brake_ends check (ends_at > set_at and ends_at <= set_at + interval '7 days'),
    constraint a_proposal_is_whole check (num_nulls(proposed_by_tenant, proposed_by, proposed_by_name, proposed_at) in (0, 4)),
    constraint a_lift_is_whole check (num_nulls(lifted_by_tenant, lifted_by, lifted_by_name, lifted_at) in (0, 4)),
    constraint staff_keep_their_brakes check (
        lifted_at is null or set_by_tenant <> '00000000-0000-7000-8000-000000000001' or lifted_by_tenant = set_by_tenant),
    constraint the_platforms_brake_takes_two check (
        tenant_id <> '00000000-0000-7000-8000-000000000001' or lifted_at is null
        or (proposed_by is not null and proposed_by <> lifted_by))
);
comment on table intake.brake is 'Registration stands still for a tenant, or by a row of the platform for all, until ends_at.';
comment on column intake.brake.proposed_by is 'Who wants to lift the platform''s brake; somebody else has to.';
call tenant.isolate('intake.brake');
call tenant.admit_staff('intake.brake');
grant select (tenant_id, brake_id, set_at, ends_at, lifted_at) on intake.brake to narthex_discovery;
grant select, insert, update (ends_at, proposed_by_tenant, proposed_by, proposed_by_name, proposed_at,
    lifted_by_tenant, lifted_by, lifted_by_name, lifted_at) on intake.brake to narthex_approval;

-- What was lifted stays lifted, and an end only moves on.
create function intake.brakes_move_on() returns trigger
    language plpgsql as $$
begin
    if old.lifted_at is not null or new.ends_at < old.ends_at then
        raise exception 'a brake is lifted once and never shortened' using errcode = 'check_violation', constraint = 'brakes_move_on';
    end if;
    return new;
end
$$;
create trigger brakes_move_on before update on intake.brake for each row execute function intake.brakes_move_on();

create table intake.listing (
    tenant_id uuid not null references tenant.tenant,
    listing_id uuid not null,
    effect text not null check (effect in ('block', 'lane')),
    per_minute integer check (per_minute between 1 and 65535),
    fingerprint bytea check (octet_length(fingerprint) = 32),
    host text check (host ~ '^[a-z0-9.-]{1,253}$'),
    network cidr check (masklen(network) >= case family(network) when 4 then 8 else 16 end),
    reason text not null check (char_length(reason) between 1 and 2000),
    author_tenant uuid not null,
    author uuid not null,
    author_name text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    ended_by_tenant uuid,
    ended_by uuid,
    ended_by_name text,
    ended_at timestamptz,
    primary key (tenant_id, listing_id),
    constraint one_subject check (num_nonnulls(fingerprint, host, network) = 1),
    constraint a_lane_has_a_width check ((effect = 'lane') = (per_minute is not null)),
    constraint no_lane_for_a_host check (effect = 'block' or host is null),
    constraint a_listing_ends check (expires_at > created_at and expires_at <= created_at + interval '366 days'),
    constraint an_end_is_whole check (num_nulls(ended_by_tenant, ended_by, ended_by_name, ended_at) in (0, 4))
);
comment on table intake.listing is 'The block list, and the trust list of those that have a lane of their own; of a tenant, or by a row of the platform of all.';
comment on column intake.listing.host is 'A host and all below it.';
comment on column intake.listing.per_minute is 'The width of a lane: calls of a minute beyond the common budgets.';
call tenant.isolate('intake.listing');
call tenant.admit_staff('intake.listing');
grant select (tenant_id, listing_id, effect, per_minute, fingerprint, host, network, created_at, expires_at, ended_at)
    on intake.listing to narthex_discovery;
grant select, insert, update (ended_by_tenant, ended_by, ended_by_name, ended_at) on intake.listing to narthex_approval;

-- The log as people read it: attempts one by one, and those that were counted.
create view intake.log with (security_invoker = true) as
    select tenant_id, environment, at, attempt_id as log_id, outcome, source, fingerprint, client_id, client_name, error,
        reason, request_id, 1::bigint as calls
    from intake.attempt
    union all
    select t.tenant_id, t.environment, t.minute,
        md5(concat_ws(e'\n', t.tenant_id, t.environment, t.minute, t.outcome, t.error, encode(t.fingerprint, 'hex'), t.network))::uuid,
        t.outcome, t.network, nullif(t.fingerprint, ''), q.client_id, f.client_name, nullif(t.error, ''),
        'counted: as others of this minute', '', t.calls
    from intake.tally as t
    left join intake.family as f
        on f.tenant_id = t.tenant_id and f.environment = t.environment and f.fingerprint = t.fingerprint
    left join intake.quarantine as q on q.tenant_id = t.tenant_id and q.environment = t.environment
        and q.fingerprint = t.fingerprint and q.state <> 'expired' and q.initial_access_id is null;
comment on view intake.log is 'Attempts and counted attempts, newest first for whoever orders them so.';
grant select on intake.log to narthex_staff;

-- What a token brought becomes a case at once.
create function intake.tell_of_sponsored() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_sponsored', new.tenant_id || ' ' || new.environment || ' ' || new.client_id);
    return null;
end
$$;
create trigger tell_of_sponsored after insert on intake.quarantine
    for each row when (new.initial_access_id is not null) execute function intake.tell_of_sponsored();

create table intake.ask (
    tenant_id uuid not null,
    environment text not null,
    ask_id uuid not null,
    client_id text not null,
    member_id uuid not null,
    scope text not null,
    reason text not null check (char_length(reason) between 1 and 500),
    at timestamptz not null,
    primary key (tenant_id, environment, ask_id),
    unique (tenant_id, environment, client_id, member_id),
    foreign key (tenant_id, environment, client_id) references intake.quarantine,
    foreign key (tenant_id, member_id) references tenant.member
);
comment on table intake.ask is 'A person wants an undecided client, and says why.';
call tenant.isolate('intake.ask');
call tenant.admit_staff('intake.ask');
grant select, insert on intake.ask to narthex_token;
grant select on intake.ask to narthex_approval;

-- What a client publishes about itself under the address that is its identifier: content that was found, and how the
-- last look ended.
create table intake.document (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null check (client_id like 'https://%' and char_length(client_id) <= 512),
    content_hash bytea check (octet_length(content_hash) = 32),
    body jsonb check (octet_length(body::text) <= 65536),
    fetched_at timestamptz,
    fresh_until timestamptz,
    looked_at timestamptz not null,
    refusal text check (char_length(refusal) <= 500),
    primary key (tenant_id, environment, client_id),
    foreign key (tenant_id, environment) references tenant.environment,
    constraint content_is_whole check (num_nulls(content_hash, body, fetched_at, fresh_until) in (0, 4)),
    constraint a_look_has_an_end check (body is not null or refusal is not null)
);
comment on table intake.document is 'A client id metadata document, as discovery found it; a failed look takes nothing from what is there.';
comment on column intake.document.content_hash is 'SHA-256 over the canonical JSON of body.';
comment on column intake.document.fresh_until is '5 minutes to 24 hours after it was fetched, as its host wished.';
comment on column intake.document.refusal is 'Why the last look found no document; null when it found one.';
call tenant.isolate('intake.document');
call tenant.admit_staff('intake.document');
grant select, insert, update (content_hash, body, fetched_at, fresh_until, looked_at, refusal)
    on intake.document to narthex_discovery;
grant select on intake.document to narthex_approval, narthex_token;

create table intake.key_set (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null,
    url text not null check (url ~* '^https://' and char_length(url) <= 2048),
    keys jsonb check (octet_length(keys::text) <= 131072),
    fetched_at timestamptz,
    looked_at timestamptz not null,
    refusal text check (char_length(refusal) <= 500),
    primary key (tenant_id, environment, client_id, url),
    foreign key (tenant_id, environment, client_id) references intake.document,
    constraint keys_are_whole check ((keys is null) = (fetched_at is null)),
    constraint a_look_has_an_end check (keys is not null or refusal is not null)
);
comment on table intake.key_set is 'The public keys at the jwks_uri that a client''s document named, as discovery found them; by address, so that keys at an address that nobody approved are nobody''s.';
comment on column intake.key_set.refusal is 'Why the last look found no keys; null when it found some.';
call tenant.isolate('intake.key_set');
call tenant.admit_staff('intake.key_set');
grant select, insert, update (keys, fetched_at, looked_at, refusal) on intake.key_set to narthex_discovery;
grant select on intake.key_set to narthex_token;

-- An address that has another content is told to approval, which knows what was approved of it.
create function intake.tell_of_document() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_document', new.tenant_id || ' ' || new.environment || ' ' || new.client_id);
    return null;
end
$$;
create trigger tell_approval after update of content_hash on intake.document
    for each row when (new.content_hash is distinct from old.content_hash)
    execute function intake.tell_of_document();

-- What discovery shall look at: for approval a host that a tenant named, for ownership proofs; for the token plane the
-- address that is a client's identifier. The process that looks at a host does not know the value that it should find,
-- and the process that knows it cannot say what was seen.
create table intake.fetch_order (
    tenant_id uuid not null,
    order_id uuid not null,
    kind text not null check (kind in ('domain_proof', 'document')),
    domain_id uuid,
    host text,
    environment text,
    client_id text check (char_length(client_id) <= 512),
    requested_at timestamptz not null,
    reminded_at timestamptz,
    claimed_at timestamptz,
    answered_at timestamptz,
    seen jsonb check (octet_length(seen::text) <= 65536),
    settled_at timestamptz,
    primary key (tenant_id, order_id),
    unique (tenant_id, order_id, domain_id),
    foreign key (tenant_id, domain_id, host) references registry.domain (tenant_id, domain_id, host) on delete cascade,
    foreign key (tenant_id, environment) references tenant.environment,
    constraint an_order_says_where check (case kind
        when 'domain_proof' then num_nonnulls(domain_id, host) = 2 and num_nulls(environment, client_id) = 2
        else num_nulls(domain_id, host) = 2 and environment is not null and client_id like 'https://%' end),
    constraint an_answer_says_what_was_seen check ((answered_at is null) = (seen is null)),
    constraint only_answers_are_settled check (settled_at is null or answered_at is not null)
);
comment on table intake.fetch_order is 'Discovery is asked to look at a host that a tenant named, or at the address of a client.';
comment on column intake.fetch_order.reminded_at is 'Set to send the notice again when nobody answered.';
comment on column intake.fetch_order.seen is 'What each resolver and the web server of the host returned, shortened, judged by approval alone; of a document how the look ended.';
comment on column intake.fetch_order.settled_at is 'When approval drew its conclusion; never of a document.';
create unique index one_open_order_per_domain on intake.fetch_order (tenant_id, domain_id) where settled_at is null;
create unique index one_open_order_per_document on intake.fetch_order (tenant_id, environment, client_id)
    where answered_at is null and kind = 'document';
create index open_orders on intake.fetch_order (requested_at) where settled_at is null;
call tenant.isolate('intake.fetch_order');
call tenant.admit_staff('intake.fetch_order');
create policy documents_only on intake.fetch_order as restrictive to narthex_token
    using (kind = 'document') with check (kind = 'document');
grant select (tenant_id, order_id, kind, host, environment, client_id, requested_at, claimed_at, answered_at),
    update (claimed_at, answered_at, seen) on intake.fetch_order to narthex_discovery;
grant select, insert (tenant_id, order_id, kind, domain_id, host, requested_at), update (reminded_at, settled_at)
    on intake.fetch_order to narthex_approval;
grant insert (tenant_id, order_id, kind, environment, client_id, requested_at) on intake.fetch_order to narthex_token;

-- An answer is given once.
create function intake.answer_once() returns trigger
    language plpgsql as $$
begin
    if old.answered_at is not null
        and (new.claimed_at, new.answered_at, new.seen) is distinct from (old.claimed_at, old.answered_at, old.seen) then
        raise exception 'an order is answered once' using errcode = 'check_violation', constraint = 'answer_once';
    end if;
    return new;
end
$$;
create trigger answer_once before update on intake.fetch_order
    for each row execute function intake.answer_once();

create function intake.tell_of_order() returns trigger
    language plpgsql as $$
begin
    perform pg_notify(tg_argv[0], new.tenant_id || ' ' || new.order_id);
    return null;
end
$$;
create trigger tell_discovery after insert on intake.fetch_order
    for each row execute function intake.tell_of_order('narthex_order');
create trigger remind_discovery after update of reminded_at on intake.fetch_order
    for each row when (new.answered_at is null) execute function intake.tell_of_order('narthex_order');
create trigger tell_approval after update of answered_at on intake.fetch_order
    for each row when (old.answered_at is null and new.answered_at is not null)
    execute function intake.tell_of_order('narthex_order_done');
