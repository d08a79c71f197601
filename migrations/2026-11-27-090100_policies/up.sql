-- Policies on top of the baseline: the platform's over all tenants, a tenant's over its own requests. A version is written,
-- tried on what was asked before, proposed, and published by two. What was proposed is never changed again.
create table review.policy_version (
    tenant_id uuid not null references tenant.tenant,
    number integer not null check (number > 0),
    state text not null default 'draft' check (state in ('draft', 'proposed', 'published', 'retired')),
    source text not null check (octet_length(source) <= 24576),
    hash bytea not null check (octet_length(hash) = 32),
    note text not null check (char_length(note) between 1 and 2000),
    author_id uuid not null,
    author_name text not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    proposal_id uuid,
    published_at timestamptz,
    retired_at timestamptz,
    primary key (tenant_id, number),
    foreign key (tenant_id, author_id) references tenant.member,
    foreign key (tenant_id, proposal_id) references review.proposal,
    constraint a_version_is_dated check (
        (published_at is not null) = (state in ('published', 'retired')) and (retired_at is not null) = (state = 'retired')),
    constraint a_proposed_version_names_its_proposal check (state = 'draft' or proposal_id is not null)
);
comment on table review.policy_version is 'Cedar policies on top of the baseline, by version: the platform''s over all tenants, a tenant''s over its own.';
comment on column review.policy_version.hash is 'SHA-256 of the source, by the database: a run of the simulator and a proposal are about this text.';
comment on column review.policy_version.note is 'What the version is for, in its author''s words.';
create unique index one_open_policy on review.policy_version (tenant_id) where state in ('draft', 'proposed');
create unique index one_published_policy on review.policy_version (tenant_id) where state = 'published';
call tenant.isolate('review.policy_version');
call tenant.admit_staff('review.policy_version');
-- What the platform published is for every tenant's screening, and for nobody without one.
create policy published on review.policy_version for select to narthex_approval
    using (tenant_id = '00000000-0000-7000-8000-000000000001' and state = 'published' and tenant.current_tenant() is not null);
grant select, insert (tenant_id, number, source, note, author_id, author_name, created_at, changed_at),
    update (state, source, note, author_id, author_name, changed_at, proposal_id, published_at, retired_at)
    on review.policy_version to narthex_approval;
create trigger arrows before insert or update on review.policy_version for each row execute function tenant.follow_arrows(
    '>draft', 'draft>proposed', 'proposed>draft', 'proposed>published', 'published>retired');

-- The newest run of the simulator over a version.
create table review.simulation (
    tenant_id uuid not null,
    number integer not null,
    hash bytea not null check (octet_length(hash) = 32),
    since timestamptz not null,
    requests integer not null check (requests >= 0),
    clients integer not null check (clients >= 0),
    unjudged integer not null check (unjudged >= 0),
    counts jsonb not null,
    changes jsonb not null,
    run_by uuid not null,
    run_by_name text not null,
    at timestamptz not null,
    primary key (tenant_id, number),
    foreign key (tenant_id, number) references review.policy_version,
    foreign key (tenant_id, run_by) references tenant.member
);
comment on table review.simulation is 'What a version would have changed of the requests of 30 days and of today''s clients: the newest run.';
comment on column review.simulation.hash is 'SHA-256 of the text that was tried.';
comment on column review.simulation.changes is 'The first of the cases that would be judged otherwise.';
call tenant.isolate('review.simulation');
call tenant.admit_staff('review.simulation');
grant select, insert, update (hash, since, requests, clients, unjudged, counts, changes, run_by, run_by_name, at)
    on review.simulation to narthex_approval;

-- The text is the database's to hash; it stays once it was proposed; and it is in force only by two people who had seen
-- what it would change. Of a tenant's policy the second is of the tenant too, while there is another who may.
create function review.policy_moves() returns trigger
    language plpgsql as $$
begin
    new.hash := sha256(convert_to(new.source, 'UTF8'));
    if tg_op = 'INSERT' then
        return new;
    end if;
    if old.state <> 'draft' and (new.source, new.note, new.author_id, new.author_name)
            is distinct from (old.source, old.note, old.author_id, old.author_name) then
        raise exception 'a version stays as it was proposed' using errcode = 'check_violation', constraint = 'a_version_stays';
    end if;
    if new.state = 'proposed' and old.state = 'draft' and not exists (select from review.proposal as p
            where p.tenant_id = new.tenant_id and p.proposal_id = new.proposal_id and p.kind = 'publish_policy'
              and p.state in ('proposed', 'confirmed') and p.object = new.number::text
              and p.change ->> 'hash' = encode(new.hash, 'hex')) then
        raise exception 'a proposal is about this text' using errcode = 'check_violation', constraint = 'proposed_by_its_proposal';
    end if;
    if new.state = 'proposed' and old.state = 'draft' and not exists (select from review.simulation as s
            where s.tenant_id = new.tenant_id and s.number = new.number and s.hash = new.hash) then
        raise exception 'nobody has tried this text' using errcode = 'check_violation', constraint = 'tried_before_proposed';
    end if;
    if new.state = 'published' and old.state = 'proposed' and not exists (select from review.proposal as p
            where p.tenant_id = new.tenant_id and p.proposal_id = old.proposal_id and new.proposal_id = old.proposal_id
              and p.kind = 'publish_policy' and p.state = 'confirmed' and p.object = new.number::text
              and p.change ->> 'hash' = encode(new.hash, 'hex')
              and (p.answered_by_tenant = new.tenant_id or not exists (
                select from tenant.membership as m
                join tenant.member as person on person.tenant_id = m.tenant_id and person.member_id = m.member_id
                where m.tenant_id = new.tenant_id and m.role in ('owner', 'manager') and person.state = 'active'
                  and m.member_id <> p.proposed_by))) then
        raise exception 'publishing takes two' using errcode = 'check_violation', constraint = 'publishing_takes_two';
    end if;
    return new;
end
$$;
create trigger policy_moves before insert or update on review.policy_version
    for each row execute function review.policy_moves();

-- A run keeps what was judged, so that another policy can judge it again, and what was in force on top of the baseline.
alter table review.policy_run add column facts jsonb;
alter table review.policy_run add column platform_policy integer check (platform_policy > 0);
alter table review.policy_run add column tenant_policy integer check (tenant_policy > 0);
comment on column review.policy_run.facts is 'All that the policy could ask about, as it was; null of a run before this was kept.';
comment on column review.policy_run.platform_policy is 'The platform''s version in force; null where there was none.';
comment on column review.policy_run.tenant_policy is 'The tenant''s own version in force; null where there was none.';
-- A new foreign key looks at the rows that are there, and nobody looks without a tenant.
select set_config('app.tenant', '00000000-0000-7000-8000-000000000001', true);
alter table review.policy_run add constraint run_under_a_version
    foreign key (tenant_id, tenant_policy) references review.policy_version (tenant_id, number);
create index runs_by_time on review.policy_run (at);

-- Publishing a tenant's policy is proposed by a person of that tenant.
alter table review.proposal drop constraint by_the_platform_alone;
alter table review.proposal add constraint by_the_platform_alone check (
    case when kind = 'publish_policy' and tenant_id <> '00000000-0000-7000-8000-000000000001'
        then proposed_by_tenant = tenant_id
            and coalesce(answered_by_tenant, tenant_id) in (tenant_id, '00000000-0000-7000-8000-000000000001')
        else proposed_by_tenant = '00000000-0000-7000-8000-000000000001'
            and coalesce(answered_by_tenant, proposed_by_tenant) = proposed_by_tenant end);
