drop schema review cascade;
