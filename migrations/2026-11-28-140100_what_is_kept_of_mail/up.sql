-- To whom mail went, and who wished for a new password, is kept a while and then no longer.
grant select (ended_at) on tenant.mail to narthex_staff;
grant delete on tenant.mail, tenant.password_reset to narthex_approval;
create index mail_over on tenant.mail (ended_at) where state <> 'waiting';
create index password_reset_over on tenant.password_reset (expires_at);

create function tenant.waiting_mail_is_kept() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    if old.state = 'waiting' then
        raise exception 'mail that waits is kept'
            using errcode = 'check_violation', constraint = 'waiting_mail_is_kept';
    end if;
    return old;
end $$;
create trigger kept before delete on tenant.mail
    for each row execute function tenant.waiting_mail_is_kept();
