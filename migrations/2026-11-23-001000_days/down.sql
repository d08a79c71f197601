drop function tenant.prepare_days(date, integer);
