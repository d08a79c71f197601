-- The database roles of Narthex. Run once per cluster by an administrator; running it again changes nothing.
-- It creates roles only: no table, no grant, no password. Every role is NOSUPERUSER and NOBYPASSRLS.
do $roles$
declare
    name text;
begin
    -- Serialise concurrent runs: roles belong to the whole cluster.
    perform pg_advisory_xact_lock(7405001);

    -- narthex_owner migrates; the four others serve, one per plane and one for staff reading across tenants.
    foreach name in array array['narthex_owner', 'narthex_discovery', 'narthex_approval', 'narthex_staff', 'narthex_token'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I login nosuperuser nobypassrls nocreatedb nocreaterole', name);
        end if;
    end loop;

    -- Nobody signs in as these two: they own the functions that look up a slug and that chain the ledger.
    foreach name in array array['narthex_directory', 'narthex_ledger'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole', name);
        end if;
        execute format('grant %I to narthex_owner', name);
    end loop;
end
$roles$;
