drop trigger end_registration_access on registry.client;
drop function registry.end_registration_access();
drop table intake.registration_access;
drop function intake.tell_of_deletion();
drop function intake.stays_ended();
