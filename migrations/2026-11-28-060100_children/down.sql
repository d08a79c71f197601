create or replace function registry.name_the_parent() returns trigger
    language plpgsql as $$
declare
    above smallint;
begin
    if tg_op = 'INSERT' then
        new.parent_client_id := (select t.parent_client_id from review.access_request as r
            join intake.quarantine as q on q.tenant_id = r.tenant_id and q.environment = r.environment and q.client_id = r.client_id
            join intake.initial_access_token as t on t.tenant_id = q.tenant_id and t.environment = q.environment
              and t.initial_access_id = q.initial_access_id
            where r.tenant_id = new.tenant_id and r.environment = new.environment
              and r.request_id = new.request_id and r.version = new.version);
    end if;
    if new.parent_client_id is not null and new.state in ('awaiting_credentials', 'active', 'restricted') then
        select c.depth into above from registry.client as c
            where c.tenant_id = new.tenant_id and c.environment = new.environment and c.client_id = new.parent_client_id for share;
    end if;
    if tg_op = 'INSERT' then
        new.depth := coalesce(above, 0) + 1;
    end if;
    return new;
end
$$;
alter table tenant.registration_limits drop column most_children;
