create or replace function review.within_the_ceiling() returns trigger
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

drop trigger may_register on registry.entitlement;
drop trigger may_register_no_more on registry.entitlement;
drop function registry.may_register();
drop trigger only_with_its_scope on intake.initial_access_token;
drop function intake.only_with_its_scope();

revoke select (tenant_id, environment, jti) on issue.revocation from narthex_discovery;
revoke insert (held) on intake.initial_access_token from narthex_approval;
drop index intake.one_standing;
alter table intake.initial_access_token
    drop constraint a_client_stands_for_it,
    drop constraint a_standing_one_has_no_secret,
    drop constraint it_ends_soon,
    add constraint it_ends_soon check (expires_at > created_at and expires_at <= created_at + interval '90 days'),
    alter column token_hash set not null,
    drop column standing;

alter table registry.scope drop constraint only_one_scope_is_ours;
