-- The token plane asks what is in force for each call: of its tenant, and of the platform.
alter policy published on review.policy_version to narthex_approval, narthex_token;
grant select (tenant_id, number, state, source) on review.policy_version to narthex_token;
create view review.published_policy with (security_invoker) as
    select tenant_id, number, source from review.policy_version where state = 'published';
grant select on review.published_policy to narthex_token;

-- What goes into force, or out of it, counts everywhere at once.
create function review.tell_of_policy() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    perform pg_notify('narthex_policy', new.tenant_id::text);
    return null;
end $$;
comment on function review.tell_of_policy() is 'Tells narthex_policy whose policy in force is another one.';
create trigger tell_token_plane after update of state on review.policy_version
    for each row when (new.state in ('published', 'retired')) execute function review.tell_of_policy();
