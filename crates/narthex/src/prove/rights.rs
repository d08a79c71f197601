//! What the database's own catalogue says about who may do what: owners, grants, roles, functions, secrets. It changes
//! nothing.

use super::catalogue::Check;

/// The checks.
pub(super) const RIGHTS: &[Check] = &[
    Check {
        // They act for others: from one exact slug to its tenant, whether a hash is seen elsewhere, how many people a client
        // has, and the next link of a ledger's chain.
        what: "every object belongs to narthex_owner, but a few functions",
        query: "select thing, case when owner::regrole::text <> case thing when 'function tenant.resolve(text)' then 'narthex_directory'
                when 'function tenant.find(text)' then 'narthex_directory'
                when 'function review.seen_elsewhere(bytea[])' then 'narthex_directory'
                when 'function issue.connected(uuid,text,text,timestamp with time zone)' then 'narthex_directory'
                when 'function issue.ended(uuid,text,text[])' then 'narthex_directory'
                when 'function issue.allowed(uuid,text,text,timestamp with time zone)' then 'narthex_directory'
                when 'function ledger.chain()' then 'narthex_ledger' else 'narthex_owner' end then 'it belongs to ' || owner::regrole end
            from (
                select 'schema ' || nspname as thing, nspowner as owner from spaces
                union all select oid::regclass::text, relowner from relations where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
                union all select 'function ' || oid::regprocedure, proowner from functions
            ) as owned order by 1",
    },
    Check {
        // A function without an explicit list of rights may be executed by everybody.
        what: "nothing is granted to everybody",
        query: "select thing, case when bool_or(a.grantee = 0) then 'everybody may ' || string_agg(a.privilege_type, ', ') filter (where a.grantee = 0) end
            from (
                select 'schema ' || nspname as thing, coalesce(nspacl, acldefault('n', nspowner)) as acl from spaces
                union all select oid::regclass::text, coalesce(relacl, acldefault('r', relowner)) from relations
                    where relkind in ('r', 'p', 'v', 'm', 'f')
                union all select r.oid::regclass || '.' || a.attname, a.attacl from relations as r
                    join pg_attribute as a on a.attrelid = r.oid where a.attacl is not null
                union all select 'function ' || oid::regprocedure, coalesce(proacl, acldefault('f', proowner)) from functions
            ) as granted
            cross join lateral aclexplode(acl) as a group by thing order by thing",
    },
    Check {
        what: "nothing is granted to a stranger, nor to be granted further",
        query: "select thing || ' to ' || a.grantee::regrole,
                case when a.grantee not in (select oid from ours) then 'this role is none of ours'
                     when a.is_grantable and a.grantee <> owner then 'it may be granted further' end
            from (
                select 'schema ' || nspname as thing, nspacl as acl, nspowner as owner from spaces
                union all select oid::regclass::text, relacl, relowner from relations
                union all select r.oid::regclass || '.' || a.attname, a.attacl, r.relowner from relations as r
                    join pg_attribute as a on a.attrelid = r.oid
                union all select 'function ' || oid::regprocedure, proacl, proowner from functions
            ) as granted
            cross join lateral aclexplode(acl) as a where a.grantee <> 0 order by 1",
    },
    Check {
        // TRUNCATE ignores row-level security; REFERENCES looks through it; TRIGGER runs code as others.
        what: "service roles read and write rows, and may do nothing else to a table",
        query: "select t.oid::regclass || ' to ' || s.rolname, string_agg('it may ' || lower(p), ', ') filter (where has_table_privilege(s.oid, t.oid, p))
            from tables as t cross join service as s cross join unnest(array['TRUNCATE', 'REFERENCES', 'TRIGGER']) as p
            group by t.oid, s.rolname order by 1",
    },
    Check {
        what: "service roles make no object of their own",
        query: "select s.rolname || ' in ' || n.nspname, case when has_schema_privilege(s.oid, n.oid, 'CREATE') then 'it may' end
            from service as s cross join pg_namespace as n where n.nspname !~ '^pg_(toast|temp)'
            union all
            select s.rolname || ' in the database', case when has_database_privilege(s.oid, current_database(), 'CREATE') then 'it may' end
            from service as s order by 1",
    },
    Check {
        what: "partitions are reached through their table alone",
        query: "select t.oid::regclass::text, case when relacl is not null and exists (select from aclexplode(relacl) as a
                where a.grantee in (select oid from service)) then 'it has grants of its own' end
            from tables as t where relispartition order by 1",
    },
    Check {
        what: "our roles are no superusers and bypass nothing",
        query: "select rolname, case when rolsuper then 'it is a superuser' when rolbypassrls then 'it bypasses row-level security'
                when rolcreaterole or rolcreatedb or rolreplication then 'it may make roles or databases, or replicate'
                when rolcanlogin and rolname in ('narthex_directory', 'narthex_ledger') then 'it may sign in' end
            from ours order by 1",
    },
    Check {
        // Only the owner is a member of anything: of the two that nobody signs in as.
        what: "no service role is a member of another role",
        query: "select o.rolname, (select 'it is a member of ' || string_agg(m.roleid::regrole::text, ', ') from pg_auth_members as m
                where m.member = o.oid and not (o.rolname = 'narthex_owner'
                    and m.roleid::regrole::text in ('narthex_directory', 'narthex_ledger')))
            from ours as o order by 1",
    },
    Check {
        what: "functions act for others only where it is meant, with a fixed search path",
        query: "select oid::regprocedure::text,
                case when oid::regprocedure::text not in ('tenant.resolve(text)', 'tenant.find(text)', 'review.seen_elsewhere(bytea[])',
                    'issue.connected(uuid,text,text,timestamp with time zone)', 'issue.allowed(uuid,text,text,timestamp with time zone)',
                    'issue.ended(uuid,text,text[])', 'ledger.chain()', 'tenant.prepare_days(date,integer)') then 'it is security definer'
                     when not 'search_path=pg_catalog, pg_temp' = any (coalesce(proconfig, '{}')) then 'its search path is not fixed' end
            from functions where prosecdef order by 1",
    },
    Check {
        // Every column of bytes, and every one that is named like a secret, is either in the list or known harmless.
        what: "each secret is read by those who check it, and by nobody else",
        query: "select t.oid::regclass || '.' || a.attname,
                case when readers is distinct from coalesce(k.readers_allowed, '') and k.secret is not null
                        then 'it is read by ' || coalesce(nullif(readers, ''), 'nobody') || ', and not by ' || k.readers_allowed
                     when k.secret is null and a.attname not in ('fingerprint', 'payload_hash', 'schema_hash', 'content_hash', 'seen_hash', 'hash', 'previous_hash',
                        'asked', 'token_id', 'bound_tokens', 'split_fingerprint', 'image', 'image_hash', 'shape')
                        then 'nobody said whether it is a secret' end
            from tables as t join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
            left join (values
                ('tenant.member.password_hash', 'narthex_approval, narthex_token'),
                ('tenant.member.totp_sealed', 'narthex_approval'),
                ('tenant.invitation.token_hash', 'narthex_approval'),
                ('intake.initial_access_token.token_hash', 'narthex_discovery'),
                ('tenant.identity_provider.client_secret_sealed', 'narthex_approval'),
                ('tenant.provider_answer.state_hash', 'narthex_approval'),
                ('tenant.session.token_hash', 'narthex_approval, narthex_token'),
                ('tenant.api_token.token_hash', 'narthex_approval'),
                ('tenant.recovery_code.code_hash', 'narthex_approval'),
                ('tenant.mail.content_sealed', 'narthex_approval'),
                ('tenant.password_reset.token_hash', 'narthex_approval'),
                ('registry.resource_credential.secret_hash', 'narthex_approval, narthex_token'),
                ('registry.credential.secret_hash', 'narthex_approval, narthex_token'),
                ('intake.deferral.code_hash', 'narthex_discovery'),
                ('intake.deferral.verification_hash', 'narthex_approval'),
                ('intake.deferral.sealing_key', 'narthex_approval'),
                ('intake.deferral.answer', 'narthex_discovery'),
                ('intake.registration_access.token_hash', 'narthex_discovery'),
                ('intake.registration_access.secret_hash', 'narthex_discovery'),
                ('issue.signing_key.sealed', 'narthex_token'),
                ('issue.logout_notice.logout_token', 'narthex_discovery'),
                ('issue.authorization_code.code_hash', 'narthex_token'),
                ('issue.device_code.code_hash', 'narthex_token'),
                ('issue.device_code.user_code_hash', 'narthex_token'),
                ('issue.pushed_request.reference_hash', 'narthex_token'),
                ('issue.refresh_token.token_hash', 'narthex_token'),
                ('issue.replay.jti_hash', 'narthex_token')
            ) as k (secret, readers_allowed) on k.secret = t.oid::regclass || '.' || a.attname
            cross join lateral (select coalesce(string_agg(rolname, ', ' order by rolname), '') as readers from service
                where has_column_privilege(oid, t.oid, a.attnum, 'SELECT')) as r
            where a.atttypid = 'bytea'::regtype or a.attname ~ '(secret|sealed|password|token|_hash)' order by 1",
    },
];
