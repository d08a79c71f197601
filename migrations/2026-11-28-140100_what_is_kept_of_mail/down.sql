drop trigger kept on tenant.mail;
drop function tenant.waiting_mail_is_kept();
drop index tenant.password_reset_over;
drop index tenant.mail_over;
revoke delete on tenant.mail, tenant.password_reset from narthex_approval;
revoke select (ended_at) on tenant.mail from narthex_staff;
