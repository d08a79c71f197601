revoke insert (environment, client_id) on intake.fetch_order from narthex_approval;
revoke update (failing_since) on intake.document from narthex_discovery;
alter table intake.document drop column failing_since;
