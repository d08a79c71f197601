alter table tenant.invitation
    drop constraint invitation_accepted_or_ended,
    drop column asked_again_at,
    drop column ended_at;
drop table tenant.recovery_code;
alter table tenant.session drop column agent, drop column source;
