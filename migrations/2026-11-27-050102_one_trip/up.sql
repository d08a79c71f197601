-- What the token plane does for each token, each in one call that names its tenant first: a transaction of one round
-- trip. They act with the caller's rights, and row-level security holds as in any other transaction.

create function issue.write_issuances(whose uuid, rows jsonb) returns uuid[]
    language plpgsql as $$
declare
    refused uuid[];
begin
    perform set_config('app.tenant', whose::text, true);
    with asked as (
        select * from jsonb_to_recordset(rows) as r (environment text, at timestamptz, jti uuid, client_id text, approval_id uuid,
            begins boolean, grant_type text, subject text, scope text, audience text, grant_id uuid, expires_at timestamptz, request_id text)
    ),
    written as (
        insert into issue.issuance (tenant_id, environment, at, jti, client_id, grant_type, subject, scope, audience, grant_id, expires_at, request_id)
        select whose, r.environment, r.at, r.jti, r.client_id, r.grant_type, r.subject, r.scope, r.audience, r.grant_id, r.expires_at, r.request_id
        from asked as r
        join registry.client as c on c.tenant_id = whose and c.environment = r.environment and c.client_id = r.client_id
            and c.approval_id = r.approval_id and c.expires_at > r.at
            and (c.state = 'active' or (c.state = 'restricted' and not r.begins))
        returning jti
    )
    select coalesce(array_agg(r.jti), '{}') into refused from asked as r
        where not exists (select from written as w where w.jti = r.jti);
    return refused;
end
$$;
comment on function issue.write_issuances(uuid, jsonb) is 'Writes what is issued, for all who wait at once, and returns the tokens of clients that do not stand as whoever issues believes.';
grant execute on function issue.write_issuances(uuid, jsonb) to narthex_token;

create function issue.write_uses(whose uuid, rows jsonb) returns void
    language plpgsql as $$
begin
    perform set_config('app.tenant', whose::text, true);
    -- In one order for every process, so that two never wait for each other in a circle.
    insert into issue.last_used as l (tenant_id, environment, client_id, credential_id, at)
        select whose, r.environment, r.client_id, r.credential_id, max(r.at)
        from jsonb_to_recordset(rows) as r (environment text, client_id text, credential_id uuid, at timestamptz)
        group by r.environment, r.client_id, r.credential_id
        order by r.environment, r.client_id, r.credential_id
        on conflict (tenant_id, environment, client_id, credential_id) do update set at = greatest(l.at, excluded.at);
end
$$;
comment on function issue.write_uses(uuid, jsonb) is 'Remembers when credentials were last accepted.';
grant execute on function issue.write_uses(uuid, jsonb) to narthex_token;

create function issue.is_live(whose uuid, place text, token uuid, client text, moment timestamptz) returns boolean
    language plpgsql as $$
declare
    live boolean;
begin
    perform set_config('app.tenant', whose::text, true);
    select not exists (select from issue.revocation as v where v.tenant_id = whose and v.environment = place and v.jti = token)
            and exists (select from registry.client as c where c.tenant_id = whose and c.environment = place and c.client_id = client
                and c.state in ('active', 'restricted') and c.expires_at > moment)
            and (i.grant_id is null or exists (select from issue."grant" as g where g.tenant_id = whose and g.environment = place
                and g.grant_id = i.grant_id and g.ended_at is null and g.expires_at > moment))
        into live from issue.issuance as i
        where i.tenant_id = whose and i.environment = place and i.jti = token and i.client_id = client and i.expires_at > moment
          -- No token lives for a day: older partitions are not looked at.
          and i.at > moment - interval '1 day';
    return coalesce(live, false);
end
$$;
comment on function issue.is_live(uuid, text, uuid, text, timestamptz) is 'Whether a token was issued to this client, and neither it nor its grant nor the client was ended.';
grant execute on function issue.is_live(uuid, text, uuid, text, timestamptz) to narthex_token;
