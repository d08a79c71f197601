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
comment on table intake.attempt is 'One call on a public registration surface; append only, partitioned by day.';
comment on column intake.attempt.source is 'The caller''s /32 or /64, never more.';
comment on column intake.attempt.reason is 'The exact reason; the caller heard the coarse code in error alone.';
call tenant.isolate('intake.attempt');
call tenant.admit_staff('intake.attempt');
grant insert, select on intake.attempt to narthex_discovery;
grant select on intake.attempt to narthex_approval;

-- Makes the partitions of the coming days; the default one takes what nobody prepared for.
create table intake.attempt_default partition of intake.attempt default;
call tenant.isolate('intake.attempt_default');

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

create function intake.tell_approval() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_intake', new.tenant_id || ' ' || new.environment || ' ' || new.client_id);
    return null;
end
$$;
create trigger tell_approval after insert on intake.quarantine
    for each row execute function intake.tell_approval();

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
