drop table tenant.password_reset;
drop table tenant.mail;
drop function tenant.a_reset_happens_once();
drop function tenant.tell_of_mail();
