drop schema tenant cascade;
