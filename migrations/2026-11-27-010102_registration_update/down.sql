drop table intake.registration_update;
drop function intake.tell_of_update();
drop trigger forget_registered_secret on registry.credential;
drop function registry.forget_registered_secret();
revoke update (information) on intake.registration_access from narthex_approval;
alter table intake.registration_access drop column secret_hash, drop column credential_id;
