-- No sponsor, no exit from quarantine: at commit, what left is a client of this identifier, and a person who is still there answers
-- for it. Only an open sandbox has clients that nobody answers for.
create function intake.a_sponsor_lets_out() returns trigger
    language plpgsql as $$
begin
    if not exists (select from registry.client as c
            join registry.integration as i on i.tenant_id = c.tenant_id and i.integration_id = c.integration_id
            left join tenant.member as m on m.tenant_id = i.tenant_id and m.member_id = i.sponsor_id and m.state = 'active'
            where c.tenant_id = new.tenant_id and c.environment = new.environment and c.client_id = new.client_id
              and (m.member_id is not null or (i.origin = 'open' and c.environment = 'sandbox'))) then
        raise exception 'nobody answers for it' using errcode = 'check_violation', constraint = 'sponsor_lets_out';
    end if;
    return null;
end
$$;
create constraint trigger a_sponsor_lets_out after update of state on intake.quarantine
    deferrable initially deferred
    for each row when (new.state = 'activated') execute function intake.a_sponsor_lets_out();
