drop trigger limited_for_a_cause on registry.client;
drop table registry.restriction;
drop function registry.limited_for_a_cause();
