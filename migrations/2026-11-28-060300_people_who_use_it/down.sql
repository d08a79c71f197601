create or replace function issue.connected(whose uuid, place text, client text, at timestamptz) returns bigint
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select count(distinct member_id) from issue."grant"
        where tenant_id = whose and environment = place and client_id = client and ended_at is null and expires_at > at $$;
revoke select (tenant_id, environment, client_id, at) on registry.asked_anew from narthex_directory;
revoke usage on schema registry from narthex_directory;
drop policy directory on registry.asked_anew;
