drop schema intake cascade;
