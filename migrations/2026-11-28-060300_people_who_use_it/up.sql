-- Who has to be asked anew does not use a client any more: what they allowed before counts for nothing.
create policy directory on registry.asked_anew for select to narthex_directory using (true);
grant usage on schema registry to narthex_directory;
grant select (tenant_id, environment, client_id, at) on registry.asked_anew to narthex_directory;
create or replace function issue.connected(whose uuid, place text, client text, at timestamptz) returns bigint
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select count(distinct g.member_id) from issue."grant" as g
        where g.tenant_id = whose and g.environment = place and g.client_id = client and g.ended_at is null and g.expires_at > connected.at
          and not exists (select from registry.asked_anew as a where a.tenant_id = whose and a.environment = place
            and a.client_id = client and a.at >= g.created_at) $$;
