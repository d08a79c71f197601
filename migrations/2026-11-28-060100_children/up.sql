-- How many clients one client may have right below it: what the platform gives, or less where an owner said so.
alter table tenant.registration_limits
    add column most_children integer constraint children_within_the_platforms check (most_children between 1 and 100);
comment on column tenant.registration_limits.most_children is 'Clients that one client may have registered and that have not ended; null is 100.';
grant update (most_children) on tenant.registration_limits to narthex_approval;

-- As before; and a parent is locked while a child is born, so that of two at once the second counts the first.
create or replace function registry.name_the_parent() returns trigger
    language plpgsql as $$
declare
    above smallint;
    most integer;
begin
    if tg_op = 'INSERT' then
        new.parent_client_id := (select t.parent_client_id from review.access_request as r
            join intake.quarantine as q on q.tenant_id = r.tenant_id and q.environment = r.environment and q.client_id = r.client_id
            join intake.initial_access_token as t on t.tenant_id = q.tenant_id and t.environment = q.environment
              and t.initial_access_id = q.initial_access_id
            where r.tenant_id = new.tenant_id and r.environment = new.environment
              and r.request_id = new.request_id and r.version = new.version);
        if new.parent_client_id is not null then
            select c.depth into above from registry.client as c
                where c.tenant_id = new.tenant_id and c.environment = new.environment and c.client_id = new.parent_client_id
                for no key update;
            most := coalesce((select l.most_children from tenant.registration_limits as l
                where l.tenant_id = new.tenant_id and l.environment = new.environment), 100);
            if (select count(*) from registry.client as c
                    where c.tenant_id = new.tenant_id and c.environment = new.environment
                      and c.parent_client_id = new.parent_client_id and c.state not in ('expired', 'revoked')) >= most then
                raise exception 'the parent has as many clients below it as it may' using errcode = 'check_violation', constraint = 'client_breadth';
            end if;
        end if;
        new.depth := coalesce(above, 0) + 1;
    elsif new.parent_client_id is not null and new.state in ('awaiting_credentials', 'active', 'restricted') then
        perform from registry.client as c
            where c.tenant_id = new.tenant_id and c.environment = new.environment and c.client_id = new.parent_client_id for share;
    end if;
    return new;
end
$$;
