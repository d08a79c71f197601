-- A family is decided as one. What staff took out of it is decided on its own, and what waits may be given more time.
alter table intake.quarantine add column apart boolean not null default false;
comment on column intake.quarantine.apart is 'Staff took it out of its family: what is decided about the family leaves it alone.';
grant update (apart, expires_at) on intake.quarantine to narthex_approval;
create index quarantine_of_family on intake.quarantine (tenant_id, environment, fingerprint, state);
create index quarantine_waiting on intake.quarantine (tenant_id, environment, fingerprint) where state = 'quarantined';

-- What is apart stays apart; the approval plane gives more time, to what waits, and takes none.
create function intake.only_more_time() returns trigger
    language plpgsql as $$
begin
    if old.apart and not new.apart then
        raise exception 'what is apart stays apart' using errcode = 'check_violation', constraint = 'stays_apart';
    end if;
    if current_user = 'narthex_approval' and new.expires_at is distinct from old.expires_at
        and (new.expires_at < old.expires_at or new.state <> 'quarantined' or old.state <> 'quarantined') then
        raise exception 'more time is for what waits' using errcode = 'check_violation', constraint = 'only_more_time';
    end if;
    return new;
end
$$;
create trigger only_more_time before update of apart, expires_at on intake.quarantine
    for each row execute function intake.only_more_time();

-- A family as staff read it. What it counts beside the family's own row it counts only for the rows that are shown; the
-- networks are those of its latest calls, so that a family of a million calls is as quick to show as one of ten.
create view intake.family_line with (security_invoker = true) as
    select f.tenant_id, f.environment, f.fingerprint, f.client_name, f.redirects, f.first_seen, f.last_seen, f.attempts,
        (select q.state from intake.quarantine as q
            where q.tenant_id = f.tenant_id and q.environment = f.environment and q.fingerprint = f.fingerprint
            order by array_position(array['quarantined', 'linked', 'blocked', 'activated', 'expired'], q.state) limit 1) as state,
        (select count(*) from intake.quarantine as q
            where q.tenant_id = f.tenant_id and q.environment = f.environment and q.fingerprint = f.fingerprint
              and q.state <> 'expired') as registrations,
        (select min(q.expires_at) from intake.quarantine as q
            where q.tenant_id = f.tenant_id and q.environment = f.environment and q.fingerprint = f.fingerprint
              and q.state = 'quarantined') as ends_at,
        (select q.client_id from intake.quarantine as q
            where q.tenant_id = f.tenant_id and q.environment = f.environment and q.fingerprint = f.fingerprint
              and q.state <> 'expired' order by q.initial_access_id nulls first, q.created_at desc limit 1) as client_id,
        (select q.metadata from intake.quarantine as q
            where q.tenant_id = f.tenant_id and q.environment = f.environment and q.fingerprint = f.fingerprint
            order by q.created_at desc limit 1) as metadata,
        (select count(*) from intake.quarantine as q
            join intake.ask as k on k.tenant_id = q.tenant_id and k.environment = q.environment and k.client_id = q.client_id
            where q.tenant_id = f.tenant_id and q.environment = f.environment and q.fingerprint = f.fingerprint) as asks,
        (select count(distinct seen.network) from (
            (select network(set_masklen(a.source::inet, case family(a.source) when 4 then 24 else 48 end)) as network
                from intake.attempt as a
                where a.tenant_id = f.tenant_id and a.environment = f.environment and a.fingerprint = f.fingerprint
                order by a.at desc limit 200)
            union all
            (select t.network from intake.tally as t
                where t.tenant_id = f.tenant_id and t.environment = f.environment and t.fingerprint = f.fingerprint
                order by t.minute desc limit 200)) as seen) as networks
    from intake.family as f;
comment on view intake.family_line is 'Families with what became of their registrations, who wants them and from where the latest calls came.';
grant select on intake.family_line to narthex_staff;

-- What came of a family's calls, by day, and from where they came.
create view intake.family_day with (security_invoker = true) as
    select tenant_id, environment, fingerprint, day, outcome, sum(calls)::bigint as calls
    from (
        select a.tenant_id, a.environment, a.fingerprint, date_trunc('day', a.at, 'UTC') as day, a.outcome, 1::bigint as calls
        from intake.attempt as a where a.fingerprint is not null
        union all
        select t.tenant_id, t.environment, t.fingerprint, date_trunc('day', t.minute, 'UTC'), t.outcome, t.calls
        from intake.tally as t) as counted
    group by tenant_id, environment, fingerprint, day, outcome;
comment on view intake.family_day is 'The calls of a family by day and outcome, counted ones too.';
grant select on intake.family_day to narthex_staff;

create view intake.family_network with (security_invoker = true) as
    select tenant_id, environment, fingerprint, network, sum(calls)::bigint as calls, max(at) as last_seen
    from (
        select a.tenant_id, a.environment, a.fingerprint,
            network(set_masklen(a.source::inet, case family(a.source) when 4 then 24 else 48 end)) as network, a.at, 1::bigint as calls
        from intake.attempt as a where a.fingerprint is not null
        union all
        select t.tenant_id, t.environment, t.fingerprint, t.network, t.minute, t.calls
        from intake.tally as t) as counted
    group by tenant_id, environment, fingerprint, network;
comment on view intake.family_network is 'The calls of a family by network: a /24 or /48, or all the others of a flood.';
grant select on intake.family_network to narthex_staff;
