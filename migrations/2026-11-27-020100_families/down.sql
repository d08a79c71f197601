drop view intake.family_network;
drop view intake.family_day;
drop view intake.family_line;
drop trigger only_more_time on intake.quarantine;
drop function intake.only_more_time();
drop index intake.quarantine_waiting;
drop index intake.quarantine_of_family;
revoke update (apart, expires_at) on intake.quarantine from narthex_approval;
alter table intake.quarantine drop column apart;
