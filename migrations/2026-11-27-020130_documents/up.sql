-- Documents for people: since when an address cannot be read, and clients that wait until it can. Approval orders looks
-- at addresses too: when staff ask, and for clients whose address cannot be read.
alter table intake.document add column failing_since timestamptz;
comment on column intake.document.failing_since is 'When the first look failed after the last that found a document; null when the last one found it.';
grant update (failing_since) on intake.document to narthex_discovery;
grant insert (environment, client_id) on intake.fetch_order to narthex_approval;
