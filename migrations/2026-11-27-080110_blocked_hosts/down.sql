drop trigger tell_approval on intake.listing;
drop function intake.tell_of_listing();
-- Of every tenant; what was blocked counts as silence again.
alter table registry.restriction no force row level security;
update registry.restriction as r set cause = 'silence' where cause = 'blocked' and not exists (
    select from registry.restriction as s where s.tenant_id = r.tenant_id and s.environment = r.environment
        and s.client_id = r.client_id and s.cause = 'silence');
alter table registry.restriction force row level security;
alter table registry.restriction
    drop constraint restriction_cause_check,
    add constraint restriction_cause_check check (cause in ('document', 'silence', 'proof'));
