-- Mail on its way to a person, and wishes for a new password.
create table tenant.mail (
    tenant_id uuid not null references tenant.tenant,
    mail_id uuid not null,
    kind text not null check (char_length(kind) between 1 and 40),
    recipient text not null check (char_length(recipient) between 3 and 254 and recipient !~ '[[:cntrl:][:space:]]'),
    content_sealed bytea,
    state text not null default 'waiting' check (state in ('waiting', 'sent', 'given_up')),
    tries smallint not null default 0 check (tries between 0 and 20),
    created_at timestamptz not null,
    due_at timestamptz not null,
    until timestamptz not null,
    ended_at timestamptz,
    failure text not null default '' check (char_length(failure) <= 200),
    primary key (tenant_id, mail_id),
    constraint content_waits_and_no_longer check ((content_sealed is not null) = (state = 'waiting')),
    constraint mail_ends_with_its_state check ((ended_at is null) = (state = 'waiting')),
    constraint mail_has_an_end check (until > created_at and until <= created_at + interval '8 days')
);
comment on table tenant.mail is 'A message by mail: written with the act that it tells of, delivered by the worker at least once, under one Message-ID.';
comment on column tenant.mail.content_sealed is 'Subject and both parts, sealed under the key of the people crate: they may carry a single-use link. Gone when the mail is.';
comment on column tenant.mail.due_at is 'When the next try may begin. A try moves it ahead before it begins, so that two workers do not both make it.';
comment on column tenant.mail.until is 'After this nobody tries again.';
comment on column tenant.mail.failure is 'What the mail server said to the last try.';
call tenant.isolate('tenant.mail');
call tenant.admit_staff('tenant.mail');
revoke select on tenant.mail from narthex_staff;
grant select (tenant_id, mail_id, state, due_at) on tenant.mail to narthex_staff;
grant select, insert, update (content_sealed, state, tries, due_at, ended_at, failure) on tenant.mail to narthex_approval;
create index mail_due on tenant.mail (due_at) where state = 'waiting';
create trigger arrows before insert or update on tenant.mail
    for each row execute function tenant.follow_arrows('>waiting', 'waiting>sent', 'waiting>given_up');

create table tenant.password_reset (
    tenant_id uuid not null references tenant.tenant,
    reset_id uuid not null,
    email text check (char_length(email) between 3 and 254),
    token_hash bytea check (octet_length(token_hash) = 32),
    member_id uuid,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    answered_at timestamptz,
    used_at timestamptz check (used_at < expires_at),
    primary key (tenant_id, reset_id),
    unique (tenant_id, token_hash),
    foreign key (tenant_id, member_id) references tenant.member,
    constraint a_reset_is_short_lived check (expires_at <= created_at + interval '30 minutes'),
    constraint a_reset_is_answered_whole check ((answered_at is null) = (token_hash is null) and (answered_at is null) = (email is not null)),
    constraint an_account_is_reset check (used_at is null or member_id is not null)
);
comment on table tenant.password_reset is 'Somebody asked for a new password. The row is written whether there is such an account or not; the worker looks.';
comment on column tenant.password_reset.email is 'What was typed; gone when the worker has looked.';
comment on column tenant.password_reset.token_hash is 'Keyed hash of the link''s token; of nothing that anybody got where there is no account.';
call tenant.isolate('tenant.password_reset');
call tenant.admit_staff('tenant.password_reset');
revoke select on tenant.password_reset from narthex_staff;
grant select (tenant_id, reset_id, created_at, expires_at, answered_at) on tenant.password_reset to narthex_staff;
grant select, insert, update (email, token_hash, member_id, answered_at, used_at) on tenant.password_reset to narthex_approval;
create index password_reset_waits on tenant.password_reset (created_at) where answered_at is null;

-- A link that was used stays used, and is nobody else's.
create function tenant.a_reset_happens_once() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    if old.used_at is not null or (old.answered_at is not null and (new.answered_at, new.token_hash, new.member_id)
            is distinct from (old.answered_at, old.token_hash, old.member_id)) then
        raise exception 'a password reset happens once'
            using errcode = 'check_violation', constraint = 'a_reset_happens_once';
    end if;
    return new;
end $$;
create trigger once before update on tenant.password_reset
    for each row execute function tenant.a_reset_happens_once();

-- Who delivers hears that something waits, and not what.
create function tenant.tell_of_mail() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    perform pg_notify('narthex_mail', '');
    return null;
end $$;
comment on function tenant.tell_of_mail() is 'Tells narthex_mail that mail, or a wish for a new password, waits.';
create trigger tell_of_mail after insert on tenant.mail
    for each statement execute function tenant.tell_of_mail();
create trigger tell_of_mail after insert on tenant.password_reset
    for each statement execute function tenant.tell_of_mail();
