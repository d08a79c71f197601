-- What ends by itself and whom that concerns, one line each: its people hear before it ends, and after it did.
-- `over` says whether it has ended; null where the clock alone ends it.
create view review.deadline with (security_invoker) as
    select o.tenant_id, 'offer' as kind, o.offer_id::text as about, o.environment, o.request_id as object,
           o.created_at as began_at, o.expires_at as ends_at, o.state = 'lapsed' as over
    from review.offer as o
    join review.access_request as r on r.tenant_id = o.tenant_id and r.environment = o.environment
        and r.request_id = o.request_id and r.version = o.version
    where o.state in ('offered', 'lapsed') and r.state = o.state
    union all
    select s.tenant_id, 'confirmation', s.request_id || '/' || s.version, s.environment, s.request_id, s.since, s.expires_at, true
    from review.second_wanted as s
    join review.access_request as r on r.tenant_id = s.tenant_id and r.environment = s.environment
        and r.request_id = s.request_id and r.version = s.version
    where r.state = 'lapsed' and not exists (select from review.offer as o where o.tenant_id = s.tenant_id
        and o.environment = s.environment and o.request_id = s.request_id and o.version = s.version and o.state = 'lapsed')
    union all
    select c.tenant_id, 'client', c.environment || '/' || c.client_id, c.environment, c.integration_id, a.at, c.expires_at,
           c.state = 'expired'
    from registry.client as c
    join review.approval as a on a.tenant_id = c.tenant_id and a.environment = c.environment and a.approval_id = c.approval_id
    where c.state <> 'revoked'
    union all
    select c.tenant_id, 'reach', c.environment || '/' || c.client_id, c.environment, c.integration_id, a.at, l.ends_at, null
    from registry.client as c
    join review.approval as a on a.tenant_id = c.tenant_id and a.environment = c.environment and a.approval_id = c.approval_id
    join lateral (
        select e.expires_at as ends_at from registry.entitlement as e
        where e.tenant_id = c.tenant_id and e.environment = c.environment and e.client_id = c.client_id
        union
        select t.until from registry.entitled_tool as t
        where t.tenant_id = c.tenant_id and t.environment = c.environment and t.client_id = c.client_id
    ) as l on l.ends_at < c.expires_at
    where c.state not in ('expired', 'revoked')
    union all
    select k.tenant_id, 'credential', k.credential_id::text, k.environment, c.integration_id, k.created_at, k.expires_at,
           k.state = 'expired'
    from registry.credential as k
    join registry.client as c on c.tenant_id = k.tenant_id and c.environment = k.environment and c.client_id = k.client_id
    where k.state in ('active', 'expired') and c.state not in ('expired', 'revoked') and k.expires_at < c.expires_at
    union all
    select d.tenant_id, 'proof', d.domain_id::text, null, d.domain_id, d.failing_since, d.failing_since + interval '7 days', false
    from registry.domain as d where d.state = 'failing'
    union all
    select d.tenant_id, 'proof', d.domain_id::text, null, d.domain_id, d.created_at, d.checked_at, true
    from registry.domain as d where d.state = 'lapsed' and d.checked_at is not null;
grant select on review.deadline to narthex_approval, narthex_staff;

-- Which steps before an end, and the end itself, somebody has taken care of: each happens once, whoever looks. Another end
-- has steps of its own.
create table review.reminder (
    tenant_id uuid not null references tenant.tenant,
    kind text not null check (kind in ('offer', 'confirmation', 'client', 'reach', 'credential', 'proof')),
    about text not null check (char_length(about) between 1 and 2100),
    ends_at timestamptz not null,
    days_before smallint not null check (days_before between 0 and 30),
    at timestamptz not null,
    primary key (tenant_id, kind, about, ends_at, days_before)
);
comment on table review.reminder is 'A step before something ends, or its end, that its people were told of, or that a later step has taken the place of.';
comment on column review.reminder.days_before is 'How many days before the end; 0 when it is over.';
call tenant.isolate('review.reminder');
grant select, insert, delete on review.reminder to narthex_approval;
