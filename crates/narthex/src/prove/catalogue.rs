//! What the database's own catalogue says about its shape: each check is a query that answers one row for each thing it looked at,
//! with the fault it found or null. Exceptions stand in the queries, each with its reason. It changes nothing.

use tokio_postgres::Client;

use super::report::{Outcome, Report};
use super::rights;

/// The heading of these lines.
pub(super) const PART: &str = "The catalogue";

/// One check.
pub(super) struct Check {
    /// What must hold.
    pub(super) what: &'static str,
    /// Looks: a thing, and its fault or null.
    pub(super) query: &'static str,
}

/// Looks at everything.
pub(super) async fn check(
    client: &Client,
    report: &mut Report,
) -> Result<(), tokio_postgres::Error> {
    for Check { what, query } in SHAPE.iter().chain(rights::RIGHTS) {
        let rows = client.query(&format!("{NAMES} {query}"), &[]).await?;
        let mut faults = 0;
        for row in &rows {
            let (thing, fault): (String, Option<String>) = (row.get(0), row.get(1));
            if let Some(fault) = fault {
                faults += 1;
                report.push(PART, *what, "", Outcome::Hole(format!("{thing}: {fault}")));
            }
        }
        if rows.is_empty() {
            let nothing = "there is nothing to look at".to_owned();
            report.push(PART, *what, "", Outcome::Hole(nothing));
        } else if faults == 0 {
            let looked = format!("{} looked at", rows.len());
            report.push(PART, *what, "", Outcome::Holds(looked));
        }
    }
    Ok(())
}

/// What the queries share: the six schemas, their relations, and the roles.
const NAMES: &str = "
with spaces as (
    select oid, nspname, nspowner, nspacl from pg_namespace
    where nspname in ('tenant', 'registry', 'intake', 'review', 'issue', 'ledger')
),
relations as (select c.* from pg_class as c join spaces as s on s.oid = c.relnamespace),
tables as (select * from relations where relkind in ('r', 'p')),
functions as (select p.* from pg_proc as p join spaces as s on s.oid = p.pronamespace),
service as (
    select oid, rolname from pg_roles
    where rolname in ('narthex_discovery', 'narthex_approval', 'narthex_staff', 'narthex_token')
),
ours as (
    select * from pg_roles where oid in (select oid from service)
        or rolname in ('narthex_owner', 'narthex_directory', 'narthex_ledger')
)";

const SHAPE: &[Check] = &[
    Check {
        what: "every table has row-level security, enabled and forced",
        query: "select oid::regclass::text,
                case when not relrowsecurity then 'row-level security is not enabled'
                     when not relforcerowsecurity then 'row-level security is not forced' end
            from tables order by 1",
    },
    Check {
        what: "every table has the policy `isolation`, loud without a tenant",
        query: "select t.oid::regclass::text,
                case when p.oid is null then 'there is no policy isolation'
                     when not p.polpermissive or p.polcmd <> '*' or p.polroles <> '{0}' then 'the policy is not for all'
                     when p.polwithcheck is not null then 'writing has a check of its own'
                     when pg_get_expr(p.polqual, p.polrelid)
                        <> '(tenant_id = ( SELECT tenant.current_tenant() AS current_tenant))'
                        then 'the policy says ' || pg_get_expr(p.polqual, p.polrelid) end
            from tables as t left join pg_policy as p on p.polrelid = t.oid and p.polname = 'isolation' order by 1",
    },
    Check {
        what: "the tenant of a transaction is read without missing_ok",
        query: "select oid::regprocedure::text,
                case when btrim(prosrc, e' \n') <> 'select current_setting(''app.tenant'')::uuid' then 'it says ' || prosrc end
            from functions where proname = 'current_tenant'",
    },
    Check {
        // Staff read the queue, the quarantine, the registry and the logs; one exact slug leads to its tenant, and a hash
        // to whether somebody else shows it, and a client to how many people have it; the platform's known names are for all; sessions of end users are apart.
        // The others take away.
        what: "no table has a further policy, but the few that are meant",
        query: "select p.polrelid::regclass || '.' || p.polname,
                case when p.polname = 'staff_reads' and p.polcmd = 'r' and m.roles = 'narthex_staff'
                        and t.oid::regclass::text <> all (array['tenant.session', 'tenant.invitation', 'issue.signing_key',
                            'registry.resource_credential', 'issue.\"grant\"', 'issue.authorization_code', 'issue.refresh_token',
                            'issue.parked', 'issue.pushed_request', 'issue.device_code', 'issue.consent', 'ledger.head']) then null
                     when p.polname = 'directory' and p.polcmd = 'r' and m.roles = 'narthex_directory'
                        and t.oid in ('tenant.tenant'::regclass, 'review.mark'::regclass, 'review.verified_name'::regclass,
                            'issue.\"grant\"'::regclass, 'intake.logo'::regclass, 'registry.asked_anew'::regclass) then null
                     when p.polname = 'published' and p.polcmd = 'r' and m.roles = 'narthex_approval'
                        and t.oid in ('review.brand'::regclass, 'review.brand_host'::regclass)
                        and pg_get_expr(p.polqual, p.polrelid)
                            = '((tenant_id = ''00000000-0000-7000-8000-000000000001''::uuid) AND (tenant.current_tenant() IS NOT NULL))'
                        then null
                     -- What the platform published on top of the baseline is for every tenant's screening and calls; a draft is not.
                     when p.polname = 'published' and p.polcmd = 'r' and m.roles = 'narthex_approval,narthex_token'
                        and t.oid = 'review.policy_version'::regclass
                        and pg_get_expr(p.polqual, p.polrelid)
                            = '((tenant_id = ''00000000-0000-7000-8000-000000000001''::uuid) AND (state = ''published''::text) AND (tenant.current_tenant() IS NOT NULL))'
                        then null
                     when not p.polpermissive and p.polcmd = '*' and t.oid = 'tenant.session'::regclass
                        and (m.roles, pg_get_expr(p.polqual, p.polrelid)) in (
                            ('narthex_token', '(surface = ''user''::text)'),
                            ('narthex_approval', '(surface = ANY (ARRAY[''portal''::text, ''staff''::text]))')) then null
                     when not p.polpermissive and (t.oid::regclass::text, p.polname, p.polcmd, m.roles) in (
                            ('intake.quarantine', 'addresses_wait_again', 'w', 'narthex_discovery'),
                            ('intake.fetch_order', 'documents_only', '*', 'narthex_token')) then null
                     else 'it is not one of those that are meant' end
            from pg_policy as p join tables as t on t.oid = p.polrelid
            cross join lateral (select string_agg(case when r = 0 then 'public' else r::regrole::text end, ',') as roles
                from unnest(p.polroles) as r) as m
            where p.polname <> 'isolation' order by 1",
    },
    Check {
        what: "tenant_id is a uuid and never null",
        query: "select t.oid::regclass::text,
                case when a.attname is null then 'it has no tenant_id'
                     when a.atttypid <> 'uuid'::regtype or not a.attnotnull then 'tenant_id may be null, or is no uuid' end
            from tables as t left join pg_attribute as a
                on a.attrelid = t.oid and a.attname = 'tenant_id' and not a.attisdropped order by 1",
    },
    Check {
        what: "every table has a primary key",
        query: "select t.oid::regclass::text,
                case when not exists (select from pg_index as i where i.indrelid = t.oid and i.indisprimary)
                    then 'it has none' end
            from tables as t order by 1",
    },
    Check {
        // A slug is unique on the whole platform: it is in addresses.
        what: "tenant_id leads every primary key and every unique index",
        query: "select i.indexrelid::regclass::text,
                case when i.indexrelid::regclass::text = 'tenant.tenant_slug_key' then null
                     when a.attname is distinct from 'tenant_id' then 'it begins with ' || coalesce(a.attname, 'an expression') end
            from tables as t
            join pg_index as i on i.indrelid = t.oid and i.indisunique
            left join pg_attribute as a on a.attrelid = t.oid and a.attnum = i.indkey[0] order by 1",
    },
    Check {
        // Foreign keys see through row-level security. Who decides is of the platform, not of the tenant. A promotion names
        // the client of the sandbox that it came from: the one key that crosses.
        what: "every foreign key carries tenant_id, and the environment if both have one",
        query: "select k.conrelid::regclass || '.' || k.conname,
                case when k.conname in ('decision_decider_tenant_id_decided_by_fkey', 'promoted_from') then null
                     when not k.convalidated then 'it was never validated'
                     when not 'tenant_id' = any (c.pairs) then 'it leaves out tenant_id'
                     when not 'environment' = any (c.pairs) and 2 = (select count(distinct attrelid) from pg_attribute
                        where attname = 'environment' and attrelid in (k.conrelid, k.confrelid)) then 'it leaves out environment' end
            from pg_constraint as k join tables as t on t.oid = k.conrelid
            cross join lateral (select array_agg(h.attname) as pairs
                from unnest(k.conkey, k.confkey) as p (here, there)
                join pg_attribute as h on h.attrelid = k.conrelid and h.attnum = p.here
                join pg_attribute as o on o.attrelid = k.confrelid and o.attnum = p.there and o.attname = h.attname) as c
            where k.contype = 'f' order by 1",
    },
    Check {
        what: "every constraint is validated, every trigger fires, no rule rewrites",
        query: "select conrelid::regclass || '.' || conname, case when not convalidated then 'it was never validated' end
            from pg_constraint as k join tables as t on t.oid = k.conrelid
            union all
            select tgrelid::regclass || '.' || tgname, case when tgenabled <> 'O' then 'it is disabled' end
            from pg_trigger as g join tables as t on t.oid = g.tgrelid
            union all
            select ev_class::regclass || '.' || rulename, 'there is a rule'
            from pg_rewrite as r join tables as t on t.oid = r.ev_class order by 1",
    },
    Check {
        what: "every view runs as its reader",
        query: "select oid::regclass::text,
                case when relkind <> 'v' then 'it is no plain view'
                     when not 'security_invoker=true' = any (coalesce(reloptions, '{}')) then 'it is not security_invoker' end
            from relations where relkind in ('v', 'm', 'f') order by 1",
    },
    Check {
        // What the migrations remember of themselves holds no tenant's data.
        what: "no table is outside the six schemas",
        query: "select c.oid::regclass::text,
                case when c.relname <> '__diesel_schema_migrations' then 'it is outside' end
            from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in (select nspname from spaces)
                and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)' order by 1",
    },
];
