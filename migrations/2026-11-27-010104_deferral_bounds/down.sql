drop index intake.pending_of_a_family;
revoke select (fingerprint) on intake.deferral from narthex_discovery;
alter table intake.deferral drop column network;
