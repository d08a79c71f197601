-- Who looks at the queue hears when it changes: one word for a statement, however many cases it moved, and one for a
-- transaction, since the same word is told once. It says that something changed, and not what.
create function review.tell_of_cases() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    perform pg_notify('narthex_case', '');
    return null;
end $$;
comment on function review.tell_of_cases() is 'Tells narthex_case that cases were sent or moved.';

create trigger tell_of_cases after insert or update of state on review.access_request
    for each statement execute function review.tell_of_cases();
