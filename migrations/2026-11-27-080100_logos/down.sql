create or replace function review.seen_elsewhere(wanted bytea[]) returns bytea[]
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select coalesce(array_agg(distinct hash), '{}') from (
            select tenant_id, hash from review.mark union all select tenant_id, hash from review.verified_name
        ) as shown
        where hash = any (wanted) and tenant_id <> (select tenant.current_tenant()) $$;
revoke usage on schema intake from narthex_directory;
revoke select (tenant_id, environment, approval_id, host) on review.approval_host from narthex_token;
drop view intake.wanted_logo;
drop trigger tell_approval on intake.ask;
drop function intake.tell_of_ask();
drop table intake.logo;
drop function intake.note_another_picture();
-- Of every tenant.
alter table intake.fetch_order no force row level security;
delete from intake.fetch_order where kind = 'logo';
alter table intake.fetch_order force row level security;
alter table intake.fetch_order
    drop constraint fetch_order_kind_check,
    add constraint fetch_order_kind_check check (kind in ('domain_proof', 'document')),
    drop constraint an_order_says_where,
    add constraint an_order_says_where check (case kind
        when 'domain_proof' then num_nonnulls(domain_id, host) = 2 and num_nulls(environment, client_id) = 2
        else num_nulls(domain_id, host) = 2 and environment is not null and client_id like 'https://%' end),
    drop column url;
