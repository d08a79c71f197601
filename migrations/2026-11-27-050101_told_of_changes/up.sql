-- The token plane keeps in memory what it reads of clients, catalogues, tenants and keys. Whatever changes one of them
-- says so with its commit: which client, which environment, or which tenant as a whole.
create function registry.tell_of_client() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_client', coalesce(new.tenant_id, old.tenant_id) || ' '
        || coalesce(new.environment, old.environment) || ' ' || coalesce(new.client_id, old.client_id));
    return null;
end
$$;
create trigger tell_token_plane after insert or update or delete on registry.credential
    for each row execute function registry.tell_of_client();
create trigger tell_token_plane after insert or update or delete on registry.entitlement
    for each row execute function registry.tell_of_client();
create trigger tell_token_plane after insert or update or delete on registry.entitled_tool
    for each row execute function registry.tell_of_client();
create trigger tell_token_plane after insert or update or delete on intake.key_set
    for each row execute function registry.tell_of_client();

create function registry.tell_of_environment() returns trigger
    language plpgsql as $$
begin
    perform pg_notify(tg_argv[0], coalesce(new.tenant_id, old.tenant_id) || ' ' || coalesce(new.environment, old.environment));
    return null;
end
$$;
create trigger tell_token_plane after insert or update or delete on registry.resource
    for each row execute function registry.tell_of_environment('narthex_catalogue');
create trigger tell_token_plane after insert or update or delete on registry.resource_credential
    for each row execute function registry.tell_of_environment('narthex_catalogue');
create trigger tell_token_plane after insert or update or delete on registry.scope
    for each row execute function registry.tell_of_environment('narthex_catalogue');
create trigger tell_token_plane after insert or update or delete on registry.tool
    for each row execute function registry.tell_of_environment('narthex_catalogue');
create trigger tell_token_plane after insert or update or delete on issue.signing_key
    for each row execute function registry.tell_of_environment('narthex_key');
create trigger tell_token_plane after insert or update or delete on issue.published_key
    for each row execute function registry.tell_of_environment('narthex_key');

create function tenant.tell_of_tenant() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_tenant', new.tenant_id::text);
    return null;
end
$$;
create trigger tell_of_tenant after update on tenant.tenant
    for each row execute function tenant.tell_of_tenant();
-- Who answers for the first of a line stands in the tokens of all below it.
create trigger tell_of_tenant after update of sponsor_id on registry.integration
    for each row execute function tenant.tell_of_tenant();
create trigger tell_of_tenant after update of integration_id on registry.client
    for each row when (old.integration_id is distinct from new.integration_id) execute function tenant.tell_of_tenant();
