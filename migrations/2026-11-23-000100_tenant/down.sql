drop schema tenant cascade;
alter default privileges grant execute on functions to public;
