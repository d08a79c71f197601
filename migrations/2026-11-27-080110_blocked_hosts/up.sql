-- A host that people block is not looked at, which is no silence of its own: a client whose document is there waits for
-- that cause, at once, and goes on when nobody blocks the host any more.
alter table registry.restriction
    drop constraint restriction_cause_check,
    add constraint restriction_cause_check check (cause in ('document', 'silence', 'blocked', 'proof'));
comment on table registry.restriction is 'What keeps a client from new grants until it is gone: its document says something else than was approved, cannot be read or is at a host that is blocked, or a host is no longer proved.';

create function intake.tell_of_listing() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_listing', new.host);
    return null;
end
$$;
create trigger tell_approval after insert or update of ended_at on intake.listing
    for each row when (new.host is not null) execute function intake.tell_of_listing();
