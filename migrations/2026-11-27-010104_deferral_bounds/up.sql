-- The same software waits for a person a few times for each caller, and for all of them together a bounded number of
-- times.
alter table intake.deferral add column network cidr;
comment on column intake.deferral.network is 'Who registered: a /32 or /64; null for those from before it was kept.';
create index pending_of_a_family on intake.deferral (tenant_id, environment, fingerprint, created_at) where state = 'pending';
grant select (fingerprint, network), insert (network) on intake.deferral to narthex_discovery;
