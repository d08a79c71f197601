-- Cases: what was asked, what was found, who decided, what was agreed.
create schema review;
grant usage on schema review to narthex_approval, narthex_staff, narthex_token;

create table review.access_request (
    tenant_id uuid not null,
    environment text not null,
    request_id uuid not null,
    version integer not null check (version > 0),
    integration_id uuid not null,
    client_id text,
    origin text not null check (origin in ('portal', 'quarantine', 'approval', 'token', 'open')),
    state text not null default 'draft' check (state in ('draft', 'submitted', 'screening', 'auto_approved',
        'rejected_by_policy', 'in_review', 'changes_requested', 'offered', 'rejected', 'rejected_and_blocked',
        'awaiting_second', 'approved', 'refused', 'lapsed', 'withdrawn')),
    metadata jsonb not null,
    payload_hash bytea not null check (octet_length(payload_hash) = 32),
    requested_by uuid,
    risk_score smallint check (risk_score between 0 and 100),
    created_at timestamptz not null,
    submitted_at timestamptz,
    primary key (tenant_id, environment, request_id, version),
    unique (tenant_id, environment, request_id, version, integration_id),
    foreign key (tenant_id, environment) references tenant.environment,
    foreign key (tenant_id, integration_id) references registry.integration,
    foreign key (tenant_id, environment, client_id) references intake.quarantine (tenant_id, environment, client_id),
    foreign key (tenant_id, requested_by) references tenant.member,
    constraint a_person_asks check (requested_by is not null or origin = 'open')
);
comment on table review.access_request is 'The versioned case: metadata, scopes and tools for one environment.';
comment on column review.access_request.client_id is 'The identifier handed out in quarantine, when the case began there.';
comment on column review.access_request.payload_hash is 'SHA-256 of what a reviewer sees and decides on.';
create unique index one_open_version on review.access_request (tenant_id, environment, request_id)
    where state in ('draft', 'submitted', 'screening', 'in_review', 'offered', 'awaiting_second');
create unique index one_open_case_per_stranger on review.access_request (tenant_id, environment, client_id)
    where client_id is not null and state in ('draft', 'submitted', 'screening', 'in_review', 'offered', 'awaiting_second');
create index review_queue on review.access_request (state, submitted_at);
call tenant.isolate('review.access_request');
call tenant.admit_staff('review.access_request');
grant select, insert, update (state, risk_score, submitted_at) on review.access_request to narthex_approval;
create trigger arrows before insert or update on review.access_request for each row execute function tenant.follow_arrows(
    '>draft', '>submitted', 'draft>submitted', 'draft>withdrawn', 'submitted>screening', 'submitted>withdrawn',
    'screening>auto_approved', 'screening>rejected_by_policy', 'screening>in_review', 'screening>withdrawn',
    'in_review>changes_requested', 'in_review>offered', 'in_review>rejected', 'in_review>rejected_and_blocked',
    'in_review>awaiting_second', 'in_review>approved', 'in_review>withdrawn',
    'offered>approved', 'offered>awaiting_second', 'offered>in_review', 'offered>lapsed', 'offered>withdrawn',
    'awaiting_second>approved', 'awaiting_second>refused', 'awaiting_second>lapsed', 'awaiting_second>withdrawn');

-- What can be recognised when two tenants show the same: hashes only.
create table review.mark (
    tenant_id uuid not null,
    environment text not null,
    request_id uuid not null,
    version integer not null,
    kind text not null check (kind in ('key', 'redirect_host', 'logo')),
    hash bytea not null check (octet_length(hash) = 32),
    primary key (tenant_id, environment, request_id, version, kind, hash),
    foreign key (tenant_id, environment, request_id, version) references review.access_request
);
comment on table review.mark is 'A key, redirect host or logo that a request shows, as SHA-256 over kind and value.';
create index marks on review.mark (hash);
call tenant.isolate('review.mark');
call tenant.admit_staff('review.mark');
grant select, insert on review.mark to narthex_approval;

-- Which of these hashes another tenant shows too: that it is so, and never whose. The one door through the policy.
create policy directory on review.mark for select to narthex_directory using (true);
grant usage on schema review to narthex_directory;
grant select (tenant_id, hash) on review.mark to narthex_directory;
create function review.seen_elsewhere(wanted bytea[]) returns bytea[]
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select coalesce(array_agg(distinct hash), '{}') from review.mark
        where hash = any (wanted) and tenant_id <> (select tenant.current_tenant()) $$;
grant create on schema review to narthex_directory;
alter function review.seen_elsewhere(bytea[]) owner to narthex_directory;
revoke create on schema review from narthex_directory;
grant execute on function review.seen_elsewhere(bytea[]) to narthex_approval;

-- Names that people trust. Those of the platform are for every tenant's screening; staff keep them.
create table review.brand (
    tenant_id uuid not null references tenant.tenant,
    name text not null check (char_length(name) between 1 and 120),
    changed_at timestamptz not null,
    primary key (tenant_id, name)
);
comment on table review.brand is 'A known name; what looks like it is a finding.';
-- The platform's list is for every tenant, and for nobody without one: whichever policy is looked at first asks who it is.
call tenant.isolate('review.brand');
call tenant.admit_staff('review.brand');
create policy published on review.brand for select to narthex_approval
    using (tenant_id = '00000000-0000-7000-8000-000000000001' and tenant.current_tenant() is not null);
grant select, insert, update (changed_at), delete on review.brand to narthex_approval;

create table review.brand_host (
    tenant_id uuid not null,
    name text not null,
    host text not null check (char_length(host) between 1 and 255),
    primary key (tenant_id, name, host),
    foreign key (tenant_id, name) references review.brand on delete cascade
);
comment on table review.brand_host is 'Where a known name really is: a host, or *.host for everything below one.';
call tenant.isolate('review.brand_host');
call tenant.admit_staff('review.brand_host');
create policy published on review.brand_host for select to narthex_approval
    using (tenant_id = '00000000-0000-7000-8000-000000000001' and tenant.current_tenant() is not null);
grant select, insert, delete on review.brand_host to narthex_approval;

create table review.requested_scope (
    tenant_id uuid not null,
    environment text not null,
    request_id uuid not null,
    version integer not null,
    scope text not null,
    reason text not null default '' check (char_length(reason) <= 500),
    primary key (tenant_id, environment, request_id, version, scope),
    foreign key (tenant_id, environment, request_id, version) references review.access_request,
    foreign key (tenant_id, environment, scope) references registry.scope
);
comment on table review.requested_scope is 'A scope that a request asks for, with the reason given.';
call tenant.isolate('review.requested_scope');
call tenant.admit_staff('review.requested_scope');
grant select, insert on review.requested_scope to narthex_approval;

create table review.requested_tool (
    tenant_id uuid not null,
    environment text not null,
    request_id uuid not null,
    version integer not null,
    resource_id uuid not null,
    tool text not null,
    scope text not null,
    schema_hash bytea not null check (octet_length(schema_hash) = 32),
    primary key (tenant_id, environment, request_id, version, resource_id, tool),
    unique (tenant_id, environment, request_id, version, resource_id, tool, scope, schema_hash),
    foreign key (tenant_id, environment, request_id, version, scope) references review.requested_scope,
    foreign key (tenant_id, environment, resource_id, tool) references registry.tool
);
comment on table review.requested_tool is 'A tool that a request asks for, as its schema stood then.';
call tenant.isolate('review.requested_tool');
call tenant.admit_staff('review.requested_tool');
grant select, insert on review.requested_tool to narthex_approval;

create table review.finding (
    tenant_id uuid not null,
    environment text not null,
    request_id uuid not null,
    version integer not null,
    check_id text not null,
    title text not null,
    outcome text not null check (outcome in ('pass', 'attention', 'fail')),
    observed text not null,
    required text not null,
    fix text,
    weight smallint not null check (weight between 0 and 100),
    at timestamptz not null,
    primary key (tenant_id, environment, request_id, version, check_id),
    foreign key (tenant_id, environment, request_id, version) references review.access_request
);
comment on table review.finding is 'What one screening check saw.';
call tenant.isolate('review.finding');
call tenant.admit_staff('review.finding');
grant select, insert on review.finding to narthex_approval;

create table review.policy_run (
    tenant_id uuid not null,
    environment text not null,
    run_id uuid not null,
    request_id uuid not null,
    version integer not null,
    verdict text not null check (verdict in ('allow', 'deny', 'needs_person')),
    policy_version text not null,
    rules text[] not null,
    at timestamptz not null,
    primary key (tenant_id, environment, run_id),
    unique (tenant_id, environment, run_id, request_id, version, verdict),
    foreign key (tenant_id, environment, request_id, version) references review.access_request
);
comment on table review.policy_run is 'One run of the policy over one version of a request, and the rules that determined it.';
call tenant.isolate('review.policy_run');
call tenant.admit_staff('review.policy_run');
grant select, insert on review.policy_run to narthex_approval;

create table review.decision (
    tenant_id uuid not null,
    environment text not null,
    decision_id uuid not null,
    request_id uuid not null,
    version integer not null,
    kind text not null check (kind in ('approve', 'offer', 'ask_for_changes', 'reject', 'reject_and_block')),
    decider_tenant_id uuid,
    decided_by uuid,
    rule text,
    reason text not null check (char_length(reason) between 1 and 2000),
    payload_hash bytea not null check (octet_length(payload_hash) = 32),
    at timestamptz not null,
    primary key (tenant_id, environment, decision_id),
    unique (tenant_id, environment, decision_id, request_id, version),
    foreign key (tenant_id, environment, request_id, version) references review.access_request,
    foreign key (decider_tenant_id, decided_by) references tenant.member,
    constraint a_person_or_a_named_rule check (
        (decided_by is not null and decider_tenant_id is not null and rule is null)
        or (decided_by is null and decider_tenant_id is null and rule is not null)),
    constraint not_by_the_tenant_itself check (decider_tenant_id is distinct from tenant_id),
    constraint by_the_platform_alone check (decider_tenant_id = '00000000-0000-7000-8000-000000000001')
);
comment on table review.decision is 'The recorded outcome: by a person of the platform, or by a named rule.';
call tenant.isolate('review.decision');
call tenant.admit_staff('review.decision');
grant select, insert on review.decision to narthex_approval;

create table review.offer (
    tenant_id uuid not null,
    environment text not null,
    offer_id uuid not null,
    request_id uuid not null,
    version integer not null,
    decision_id uuid not null,
    state text not null default 'offered' check (state in ('offered', 'accepted', 'declined', 'lapsed')),
    accepted_as text check (accepted_as in ('tenant', 'registration')),
    answered_by uuid,
    answered_at timestamptz,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, environment, offer_id),
    unique (tenant_id, environment, offer_id, request_id, version),
    foreign key (tenant_id, environment, decision_id, request_id, version)
        references review.decision (tenant_id, environment, decision_id, request_id, version),
    foreign key (tenant_id, answered_by) references tenant.member,
    constraint acceptance_says_how check ((state = 'accepted') = (accepted_as is not null)),
    constraint a_tenant_accepts_by_a_person check (accepted_as is distinct from 'tenant' or answered_by is not null)
);
comment on table review.offer is 'The reviewer''s counter-proposal. A registrant has accepted narrowing beforehand (RFC 7591 3.1), a tenant answers.';
call tenant.isolate('review.offer');
call tenant.admit_staff('review.offer');
grant select, insert, update (state, accepted_as, answered_by, answered_at) on review.offer to narthex_approval;
create trigger arrows before insert or update on review.offer for each row execute function tenant.follow_arrows(
    '>offered', 'offered>accepted', 'offered>declined', 'offered>lapsed');

create table review.offer_scope (
    tenant_id uuid not null,
    environment text not null,
    offer_id uuid not null,
    request_id uuid not null,
    version integer not null,
    scope text not null,
    primary key (tenant_id, environment, offer_id, scope),
    foreign key (tenant_id, environment, offer_id, request_id, version)
        references review.offer (tenant_id, environment, offer_id, request_id, version),
    foreign key (tenant_id, environment, request_id, version, scope) references review.requested_scope
);
comment on table review.offer_scope is 'A scope that is offered; always one that was asked for.';
call tenant.isolate('review.offer_scope');
call tenant.admit_staff('review.offer_scope');
grant select, insert on review.offer_scope to narthex_approval;

create table review.offer_tool (
    tenant_id uuid not null,
    environment text not null,
    offer_id uuid not null,
    request_id uuid not null,
    version integer not null,
    resource_id uuid not null,
    tool text not null,
    primary key (tenant_id, environment, offer_id, resource_id, tool),
    foreign key (tenant_id, environment, offer_id, request_id, version)
        references review.offer (tenant_id, environment, offer_id, request_id, version),
    foreign key (tenant_id, environment, request_id, version, resource_id, tool) references review.requested_tool
);
comment on table review.offer_tool is 'A tool that is offered; always one that was asked for.';
call tenant.isolate('review.offer_tool');
call tenant.admit_staff('review.offer_tool');
grant select, insert on review.offer_tool to narthex_approval;

create table review.proof (
    tenant_id uuid not null,
    proof_id uuid not null,
    domain_id uuid not null,
    host text not null,
    method text not null check (method in ('dns_txt', 'well_known')),
    state text not null default 'verified' check (state in ('verified', 'failing', 'lapsed')),
    evidence text not null,
    verified_at timestamptz not null,
    expires_at timestamptz not null,
    order_id uuid not null,
    primary key (tenant_id, proof_id),
    unique (tenant_id, proof_id, host),
    foreign key (tenant_id, domain_id, host) references registry.domain (tenant_id, domain_id, host),
    foreign key (tenant_id, order_id, domain_id) references intake.fetch_order (tenant_id, order_id, domain_id)
);
comment on table review.proof is 'A host was proved to be the tenant''s, how and until when.';
comment on column review.proof.order_id is 'The order whose answer showed the value.';
call tenant.isolate('review.proof');
call tenant.admit_staff('review.proof');
grant select, insert, update (state) on review.proof to narthex_approval;
create trigger arrows before insert or update on review.proof for each row execute function tenant.follow_arrows(
    '>verified', 'verified>failing', 'failing>verified', 'failing>lapsed');

-- A proof rests on what discovery saw, by an order of the same domain.
create function review.was_seen() returns trigger
    language plpgsql as $$
begin
    if not exists (select from intake.fetch_order as o
            join registry.domain as d on d.tenant_id = o.tenant_id and d.domain_id = o.domain_id
            where o.tenant_id = new.tenant_id and o.order_id = new.order_id and o.domain_id = new.domain_id
              and jsonb_path_exists(o.seen, '$.** ? (@ == $value)', jsonb_build_object('value', d.challenge))) then
        raise exception 'a proof needs the value to be seen' using errcode = 'check_violation', constraint = 'proof_seen';
    end if;
    return new;
end
$$;
create trigger was_seen before insert on review.proof for each row execute function review.was_seen();

create table review.approval (
    tenant_id uuid not null,
    environment text not null,
    approval_id uuid not null,
    integration_id uuid not null,
    request_id uuid not null,
    version integer not null,
    run_id uuid not null,
    verdict text not null,
    decision_id uuid not null,
    offer_id uuid,
    requested_by uuid,
    decided_by uuid,
    at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, environment, approval_id),
    unique (tenant_id, environment, request_id, version),
    unique (tenant_id, environment, approval_id, integration_id, request_id, version),
    foreign key (tenant_id, environment, request_id, version, integration_id)
        references review.access_request (tenant_id, environment, request_id, version, integration_id),
    foreign key (tenant_id, environment, run_id, request_id, version, verdict)
        references review.policy_run (tenant_id, environment, run_id, request_id, version, verdict),
    foreign key (tenant_id, environment, decision_id, request_id, version)
        references review.decision (tenant_id, environment, decision_id, request_id, version),
    foreign key (tenant_id, environment, offer_id, request_id, version)
        references review.offer (tenant_id, environment, offer_id, request_id, version),
    constraint never_against_the_policy check (verdict <> 'deny'),
    constraint a_person_where_policy_wants_one check (verdict = 'allow' or decided_by is not null),
    constraint not_by_who_asked check (decided_by is null or decided_by is distinct from requested_by)
);
comment on table review.approval is 'A decision that activates. In production it names its policy run, its proofs and its agreed scopes.';
call tenant.isolate('review.approval');
call tenant.admit_staff('review.approval');
grant select, insert on review.approval to narthex_approval;

create table review.approval_scope (
    tenant_id uuid not null,
    environment text not null,
    approval_id uuid not null,
    integration_id uuid not null,
    request_id uuid not null,
    version integer not null,
    scope text not null,
    expires_at timestamptz,
    primary key (tenant_id, environment, approval_id, scope),
    foreign key (tenant_id, environment, approval_id, integration_id, request_id, version)
        references review.approval (tenant_id, environment, approval_id, integration_id, request_id, version),
    foreign key (tenant_id, environment, request_id, version, scope) references review.requested_scope
);
comment on table review.approval_scope is 'A scope that was agreed.';
call tenant.isolate('review.approval_scope');
call tenant.admit_staff('review.approval_scope');
grant select, insert on review.approval_scope to narthex_approval;

create table review.approval_tool (
    tenant_id uuid not null,
    environment text not null,
    approval_id uuid not null,
    integration_id uuid not null,
    request_id uuid not null,
    version integer not null,
    resource_id uuid not null,
    tool text not null,
    scope text not null,
    schema_hash bytea not null,
    primary key (tenant_id, environment, approval_id, resource_id, tool),
    unique (tenant_id, environment, approval_id, resource_id, tool, scope, schema_hash),
    foreign key (tenant_id, environment, approval_id, integration_id, request_id, version)
        references review.approval (tenant_id, environment, approval_id, integration_id, request_id, version),
    foreign key (tenant_id, environment, approval_id, scope) references review.approval_scope,
    foreign key (tenant_id, environment, request_id, version, resource_id, tool, scope, schema_hash)
        references review.requested_tool (tenant_id, environment, request_id, version, resource_id, tool, scope, schema_hash)
);
comment on table review.approval_tool is 'A tool that was agreed, pinned to the schema it had.';
call tenant.isolate('review.approval_tool');
call tenant.admit_staff('review.approval_tool');
grant select, insert on review.approval_tool to narthex_approval;

create table review.approval_host (
    tenant_id uuid not null,
    environment text not null,
    approval_id uuid not null,
    host text not null,
    proof_id uuid not null,
    primary key (tenant_id, environment, approval_id, host),
    foreign key (tenant_id, environment, approval_id) references review.approval,
    foreign key (tenant_id, proof_id, host) references review.proof (tenant_id, proof_id, host)
);
comment on table review.approval_host is 'The proof that an approval rests on, per host of the metadata.';
call tenant.isolate('review.approval_host');
call tenant.admit_staff('review.approval_host');
grant select, insert on review.approval_host to narthex_approval;

-- Every host that the metadata names anywhere; loopback and private-use redirects name none. An address that is
-- written in any other way is answered whole: nobody can prove that one.
create function review.hosts_of(metadata jsonb) returns setof text
    language sql immutable
    as $$
        select distinct coalesce(lower(substring(uri from '(?i)^https://([^/:?#@\\]+)(?::[0-9]+)?(?:[/?#]|$)')), uri)
        from (
            select jsonb_array_elements_text(coalesce(metadata -> 'redirect_uris', '[]')) as uri
            union all
            select metadata ->> member
            from unnest(array['client_uri', 'logo_uri', 'tos_uri', 'policy_uri', 'jwks_uri']) as member
        ) as named
        where uri !~* '^http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]+)?([/?]|$)'
          and uri !~* '^[a-z][a-z0-9+-]*\.[a-z0-9.+-]+:/'
    $$;
grant execute on function review.hosts_of(jsonb) to narthex_approval;

-- Who asked and who decided is copied from the request and the decision, whatever the writer says.
create function review.name_the_people() returns trigger
    language plpgsql as $$
begin
    select requested_by into new.requested_by from review.access_request as r
        where r.tenant_id = new.tenant_id and r.environment = new.environment
          and r.request_id = new.request_id and r.version = new.version;
    select decided_by into new.decided_by from review.decision as d
        where d.tenant_id = new.tenant_id and d.environment = new.environment and d.decision_id = new.decision_id;
    return new;
end
$$;
create trigger name_the_people before insert on review.approval
    for each row execute function review.name_the_people();

-- At commit an approval must be whole: decided, accepted, not denied since, and in production every host proved.
create function review.is_whole() returns trigger
    language plpgsql as $$
declare
    unproved text;
begin
    if not exists (select from review.decision as d
            where d.tenant_id = new.tenant_id and d.environment = new.environment and d.decision_id = new.decision_id
              and d.kind = case when new.offer_id is null then 'approve' else 'offer' end) then
        raise exception 'an approval needs a decision that approves' using errcode = 'check_violation', constraint = 'approval_decision';
    end if;

    if new.offer_id is not null and not exists (select from review.offer as o
            where o.tenant_id = new.tenant_id and o.environment = new.environment
              and o.offer_id = new.offer_id and o.state = 'accepted') then
        raise exception 'an approval on an offer needs the offer accepted' using errcode = 'check_violation', constraint = 'approval_offer';
    end if;

    if not exists (select from review.access_request as r
            where r.tenant_id = new.tenant_id and r.environment = new.environment
              and r.request_id = new.request_id and r.version = new.version and r.state in ('approved', 'auto_approved')) then
        raise exception 'an approval needs its request approved' using errcode = 'check_violation', constraint = 'approval_request';
    end if;

    if exists (select from review.policy_run as mine
            join review.policy_run as later on later.tenant_id = mine.tenant_id and later.environment = mine.environment
              and later.request_id = mine.request_id and later.version = mine.version and later.at > mine.at
            where mine.tenant_id = new.tenant_id and mine.environment = new.environment and mine.run_id = new.run_id
              and later.verdict = 'deny') then
        raise exception 'the policy has denied it since' using errcode = 'check_violation', constraint = 'approval_run';
    end if;

    if new.environment = 'production' then
        select host into unproved
        from review.access_request as r
        cross join lateral review.hosts_of(r.metadata) as host
        where r.tenant_id = new.tenant_id and r.environment = new.environment
          and r.request_id = new.request_id and r.version = new.version
          -- A client whose document was found at its address has shown that it speaks for that host.
          and host.host is distinct from (
            select substring(d.client_id from '^https://([^/:?]+)') from intake.document as d
            where d.tenant_id = r.tenant_id and d.environment = r.environment and d.client_id = r.client_id
              and d.body is not null)
          and not exists (
            select from review.approval_host as h
            join review.proof as p on p.tenant_id = h.tenant_id and p.proof_id = h.proof_id and p.host = h.host
            where h.tenant_id = new.tenant_id and h.environment = new.environment
              and h.approval_id = new.approval_id and h.host = host.host
              and p.state = 'verified' and p.expires_at > new.at)
        limit 1;
        if unproved is not null then
            raise exception 'production needs a proof of ownership for %', unproved
                using errcode = 'check_violation', constraint = 'approval_proof';
        end if;
    end if;
    return null;
end
$$;
create constraint trigger is_whole after insert on review.approval
    deferrable initially deferred
    for each row execute function review.is_whole();

-- What was agreed is agreed when the approval is written, never added later.
create function review.only_with_its_approval() returns trigger
    language plpgsql as $$
begin
    if not exists (select from review.approval as a
            where a.tenant_id = new.tenant_id and a.environment = new.environment and a.approval_id = new.approval_id
              and a.xmin = pg_current_xact_id()::xid) then
        raise exception 'an approval is complete once it is made' using errcode = 'check_violation', constraint = 'approval_complete';
    end if;
    return new;
end
$$;
create trigger only_with_its_approval before insert on review.approval_scope
    for each row execute function review.only_with_its_approval();
create trigger only_with_its_approval before insert on review.approval_tool
    for each row execute function review.only_with_its_approval();
create trigger only_with_its_approval before insert on review.approval_host
    for each row execute function review.only_with_its_approval();

-- With an offer, what was agreed is what was offered. That it was asked for, the foreign keys see to.
create function review.was_agreed() returns trigger
    language plpgsql as $$
declare
    offer uuid := (select offer_id from review.approval as a
        where a.tenant_id = new.tenant_id and a.environment = new.environment and a.approval_id = new.approval_id);
    agreed boolean := offer is null;
begin
    if offer is not null and tg_table_name = 'approval_scope' then
        agreed := exists (select from review.offer_scope as o
            where o.tenant_id = new.tenant_id and o.environment = new.environment and o.offer_id = offer
              and o.scope = new.scope);
    elsif offer is not null then
        agreed := exists (select from review.offer_tool as o
            where o.tenant_id = new.tenant_id and o.environment = new.environment and o.offer_id = offer
              and o.resource_id = new.resource_id and o.tool = new.tool);
    end if;
    if not agreed then
        raise exception 'an approval gives only what was agreed' using errcode = 'check_violation', constraint = 'approval_agreed';
    end if;
    return new;
end
$$;
create trigger was_agreed before insert on review.approval_scope
    for each row execute function review.was_agreed();
create trigger was_agreed before insert on review.approval_tool
    for each row execute function review.was_agreed();

-- What a request asks for is complete when its screening begins.
create function review.only_while_asking() returns trigger
    language plpgsql as $$
begin
    if not exists (select from review.access_request as r
            where r.tenant_id = new.tenant_id and r.environment = new.environment
              and r.request_id = new.request_id and r.version = new.version and r.state in ('draft', 'submitted')) then
        raise exception 'a request is complete once it is screened' using errcode = 'check_violation', constraint = 'request_complete';
    end if;
    return new;
end
$$;
create trigger only_while_asking before insert on review.requested_scope
    for each row execute function review.only_while_asking();
create trigger only_while_asking before insert on review.requested_tool
    for each row execute function review.only_while_asking();

-- What an offer gives is complete when it is answered.
create function review.only_before_the_answer() returns trigger
    language plpgsql as $$
begin
    if not exists (select from review.offer as o
            where o.tenant_id = new.tenant_id and o.environment = new.environment
              and o.offer_id = new.offer_id and o.state = 'offered') then
        raise exception 'an offer is complete once it is answered' using errcode = 'check_violation', constraint = 'offer_complete';
    end if;
    return new;
end
$$;
create trigger only_before_the_answer before insert on review.offer_scope
    for each row execute function review.only_before_the_answer();
create trigger only_before_the_answer before insert on review.offer_tool
    for each row execute function review.only_before_the_answer();

-- A registration that an initial access token brought asks for no more than the ceiling of the token, in any version.
create function review.within_the_ceiling() returns trigger
    language plpgsql as $$
declare
    brought_by uuid := (select q.initial_access_id from review.access_request as r
        join intake.quarantine as q on q.tenant_id = r.tenant_id and q.environment = r.environment and q.client_id = r.client_id
        where r.tenant_id = new.tenant_id and r.environment = new.environment
          and r.request_id = new.request_id and r.version = new.version);
begin
    if brought_by is not null and not exists (select from intake.initial_access_scope as s
            where s.tenant_id = new.tenant_id and s.environment = new.environment
              and s.initial_access_id = brought_by and s.scope = new.scope) then
        raise exception 'the token reaches no further' using errcode = 'check_violation', constraint = 'token_ceiling';
    end if;
    return new;
end
$$;
create trigger within_the_ceiling before insert on review.requested_scope
    for each row execute function review.within_the_ceiling();

-- Somebody who is there answers for what is approved; only what registers itself in an open sandbox has nobody.
create function review.someone_answers() returns trigger
    language plpgsql as $$
begin
    if not exists (select from registry.integration as i
            left join tenant.member as m on m.tenant_id = i.tenant_id and m.member_id = i.sponsor_id
            where i.tenant_id = new.tenant_id and i.integration_id = new.integration_id
              and (m.state = 'active' or (i.sponsor_id is null and i.origin = 'open' and new.environment = 'sandbox'))) then
        raise exception 'nobody answers for it' using errcode = 'check_violation', constraint = 'approval_sponsor';
    end if;
    return new;
end
$$;
create trigger someone_answers before insert on review.approval
    for each row execute function review.someone_answers();

-- The first list of known names, with where they really are. Staff keep it from here on, in the dashboard.
select set_config('app.tenant', '00000000-0000-7000-8000-000000000001', true);
create temporary table known (name text, hosts text[]) on commit drop;
insert into known (name, hosts) values
    ('Airtable', '{airtable.com,*.airtable.com}'),
    ('Amazon', '{amazon.com,*.amazon.com,aws.amazon.com,*.aws.amazon.com}'),
    ('Anthropic', '{anthropic.com,*.anthropic.com,claude.ai,*.claude.ai,claude.com,*.claude.com}'),
    ('Apple', '{apple.com,*.apple.com}'),
    ('Asana', '{asana.com,*.asana.com}'),
    ('Atlassian', '{atlassian.com,*.atlassian.com}'),
    ('Auth0', '{auth0.com,*.auth0.com}'),
    ('Canva', '{canva.com,*.canva.com}'),
    ('ChatGPT', '{chatgpt.com,*.chatgpt.com,openai.com,*.openai.com}'),
    ('Claude', '{claude.ai,*.claude.ai,claude.com,*.claude.com,anthropic.com,*.anthropic.com}'),
    ('Cloudflare', '{cloudflare.com,*.cloudflare.com}'),
    ('Confluence', '{atlassian.com,*.atlassian.com}'),
    ('Cursor', '{cursor.com,*.cursor.com,cursor.sh,*.cursor.sh}'),
    ('Datadog', '{datadoghq.com,*.datadoghq.com}'),
    ('Discord', '{discord.com,*.discord.com}'),
    ('Dropbox', '{dropbox.com,*.dropbox.com}'),
    ('Facebook', '{facebook.com,*.facebook.com}'),
    ('Figma', '{figma.com,*.figma.com}'),
    ('Gemini', '{google.com,*.google.com}'),
    ('GitHub', '{github.com,*.github.com}'),
    ('GitHub Copilot', '{github.com,*.github.com,microsoft.com,*.microsoft.com}'),
    ('GitLab', '{gitlab.com,*.gitlab.com}'),
    ('Google', '{google.com,*.google.com}'),
    ('HubSpot', '{hubspot.com,*.hubspot.com}'),
    ('Intercom', '{intercom.com,*.intercom.com,intercom.io,*.intercom.io}'),
    ('Jira', '{atlassian.com,*.atlassian.com}'),
    ('Linear', '{linear.app,*.linear.app}'),
    ('LinkedIn', '{linkedin.com,*.linkedin.com}'),
    ('Microsoft', '{microsoft.com,*.microsoft.com,microsoftonline.com,*.microsoftonline.com,office.com,*.office.com,live.com,*.live.com}'),
    ('Mistral', '{mistral.ai,*.mistral.ai}'),
    ('n8n', '{n8n.io,*.n8n.io}'),
    ('Notion', '{notion.so,*.notion.so,notion.com,*.notion.com}'),
    ('Okta', '{okta.com,*.okta.com}'),
    ('OpenAI', '{openai.com,*.openai.com,chatgpt.com,*.chatgpt.com}'),
    ('PayPal', '{paypal.com,*.paypal.com}'),
    ('Perplexity', '{perplexity.ai,*.perplexity.ai}'),
    ('Replit', '{replit.com,*.replit.com}'),
    ('Salesforce', '{salesforce.com,*.salesforce.com}'),
    ('Sentry', '{sentry.io,*.sentry.io}'),
    ('Shopify', '{shopify.com,*.shopify.com}'),
    ('Slack', '{slack.com,*.slack.com}'),
    ('Stripe', '{stripe.com,*.stripe.com}'),
    ('Vercel', '{vercel.com,*.vercel.com}'),
    ('Visual Studio Code', '{vscode.dev,*.vscode.dev,visualstudio.com,*.visualstudio.com,microsoft.com,*.microsoft.com}'),
    ('Windsurf', '{windsurf.com,*.windsurf.com,codeium.com,*.codeium.com}'),
    ('Zapier', '{zapier.com,*.zapier.com}'),
    ('Zendesk', '{zendesk.com,*.zendesk.com}'),
    ('Zoom', '{zoom.us,*.zoom.us,zoom.com,*.zoom.com}');
insert into review.brand (tenant_id, name, changed_at) select tenant.current_tenant(), name, now() from known;
insert into review.brand_host (tenant_id, name, host) select tenant.current_tenant(), name, unnest(hosts) from known;
drop table known;
