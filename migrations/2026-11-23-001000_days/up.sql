-- The append-only logs keep one partition a day, so that retention drops whole days and never deletes a row.

-- Makes the partitions of `days` days from `first` on, as far as they are missing. Only the owner can make tables, so
-- the function runs as the owner; it takes no name from its caller.
create function tenant.prepare_days(first date, days integer) returns integer
    language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC'
    as $$
declare
    parent text;
    part text;
    day date;
    made integer := 0;
begin
    if days not between 1 and 31 then
        raise exception 'at most 31 days at once' using errcode = 'invalid_parameter_value';
    end if;
    foreach parent in array array['intake.attempt', 'intake.tally', 'issue.issuance'] loop
        for offset_days in 0 .. days - 1 loop
            day := first + offset_days;
            part := parent || to_char(day, '_YYYYMMDD');
            if to_regclass(part) is null then
                execute format('create table %s partition of %s for values from (%L) to (%L)',
                    part, parent, day, day + 1);
                call tenant.isolate(part::regclass);
                made := made + 1;
            end if;
        end loop;
    end loop;
    return made;
end
$$;
revoke execute on function tenant.prepare_days(date, integer) from public;
grant execute on function tenant.prepare_days(date, integer) to narthex_approval;

select tenant.prepare_days(current_date, 7);
