-- Whoever is about to stop a client sees how many tokens end with it, and those that ended before are none of them.
grant select (tenant_id, environment, jti) on issue.revocation to narthex_approval;

call tenant.admit_staff('issue.revocation');
revoke select on issue.revocation from narthex_staff;
grant select (tenant_id, environment, jti) on issue.revocation to narthex_staff;

grant select (grant_id) on issue."grant" to narthex_directory;
create function issue.ended(whose uuid, place text, clients text[]) returns uuid[]
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select coalesce(array_agg(g.grant_id), '{}') from issue."grant" as g
        where g.tenant_id = whose and g.environment = place and g.client_id = any (clients)
          and (g.ended_at is not null or exists (select from registry.asked_anew as a where a.tenant_id = whose
            and a.environment = place and a.client_id = g.client_id and a.at >= g.created_at)) $$;
comment on function issue.ended is 'The permissions of these clients that count no more: ended, or people have to be asked anew. It says nothing of whose they are.';
grant create on schema issue to narthex_directory;
alter function issue.ended(uuid, text, text[]) owner to narthex_directory;
revoke create on schema issue from narthex_directory;
grant execute on function issue.ended(uuid, text, text[]) to narthex_staff;
