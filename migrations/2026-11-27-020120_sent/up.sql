-- What a caller sent, beside what came of it: for whoever has to tell a mistake from an attack. It goes with its row.
alter table intake.attempt add column sent jsonb check (jsonb_typeof(sent) = 'array' and octet_length(sent::text) <= 8192);
comment on column intake.attempt.sent is 'The members of the body in order, with the values of metadata that hold no secret; null for repeats and for what was no object.';
