-- A name leaves a mark too: of each request what it calls itself, and of each client that was approved with proved hosts
-- what it may call itself. Hashes over the form in which names that look alike are equal.
alter table review.mark
    drop constraint mark_kind_check,
    add constraint mark_kind_check check (kind in ('key', 'redirect_host', 'logo', 'name'));

create table review.verified_name (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null,
    hash bytea not null check (octet_length(hash) = 32),
    primary key (tenant_id, environment, client_id, hash),
    foreign key (tenant_id, environment, client_id) references registry.client
);
comment on table review.verified_name is 'A name of a client whose hosts are proved, as SHA-256 over its kind and skeleton; gone when the client ends.';
create index verified_names_by_hash on review.verified_name (tenant_id, hash);
call tenant.isolate('review.verified_name');
call tenant.admit_staff('review.verified_name');
grant select, insert, delete on review.verified_name to narthex_approval;

create function registry.forget_verified_names() returns trigger
    language plpgsql as $$
begin
    delete from review.verified_name
        where tenant_id = new.tenant_id and environment = new.environment and client_id = new.client_id;
    return null;
end
$$;
create trigger forget_verified_names after update of state on registry.client
    for each row when (new.state in ('revoked', 'expired')) execute function registry.forget_verified_names();

create policy directory on review.verified_name for select to narthex_directory using (true);
grant select (tenant_id, hash) on review.verified_name to narthex_directory;
create or replace function review.seen_elsewhere(wanted bytea[]) returns bytea[]
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select coalesce(array_agg(distinct hash), '{}') from (
            select tenant_id, hash from review.mark union all select tenant_id, hash from review.verified_name
        ) as shown
        where hash = any (wanted) and tenant_id <> (select tenant.current_tenant()) $$;
