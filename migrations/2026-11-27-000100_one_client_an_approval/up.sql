-- A decision is about one client: an approval that was used makes no other.
alter table registry.client add constraint client_one_approval unique (tenant_id, environment, approval_id);
