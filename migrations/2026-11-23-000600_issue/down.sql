drop schema issue cascade;
