-- A tenant is frozen for a reason, which its people read: they look, and change nothing. The platform never is.
alter table tenant.tenant
    add column frozen_because text check (char_length(frozen_because) between 3 and 2000),
    add constraint frozen_for_a_reason check ((state = 'frozen') = (frozen_because is not null)),
    add constraint the_platform_goes_on check (state = 'active' or slug <> 'platform');
comment on column tenant.tenant.frozen_because is 'Why staff froze it; its people read it.';
grant update (frozen_because) on tenant.tenant to narthex_approval;

-- From a slug to its tenant for the people of it, frozen or not; for everybody else a frozen tenant is nobody (tenant.resolve).
create function tenant.find(wanted text) returns uuid
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select tenant_id from tenant.tenant where slug = wanted and slug <> 'platform' $$;
grant create on schema tenant to narthex_directory;
alter function tenant.find(text) owner to narthex_directory;
revoke create on schema tenant from narthex_directory;
grant execute on function tenant.find(text) to narthex_approval;

-- The key of the call that makes a tenant is kept in the transaction that makes it, before the tenant is there.
alter table tenant.api_answer alter constraint api_answer_tenant_id_fkey deferrable initially deferred;
