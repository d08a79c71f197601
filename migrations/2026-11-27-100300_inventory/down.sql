drop table tenant.saved_view;
revoke select on issue.last_used from narthex_staff;
drop policy staff_reads on issue.last_used;
drop index registry.client_by_end;
drop index registry.integration_by_name;
drop index registry.integration_newest;
drop view registry.inventory;
