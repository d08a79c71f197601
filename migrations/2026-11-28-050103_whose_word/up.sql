-- By whose word a grant is a person's, where an identity provider gave it (ID-JAG): who was meant is found again by the name
-- that the provider gives them, which it never gives to another (OpenID Connect Core section 2); an address may change hands.
alter table issue."grant"
    add column asserted_by text check (char_length(asserted_by) <= 2048),
    add column asserted_subject text check (char_length(asserted_subject) between 1 and 255),
    add constraint a_word_is_somebodys check ((asserted_by is null) = (asserted_subject is null));
comment on column issue."grant".asserted_by is 'The identity provider whose assertion it rests on; null where the person allowed it here.';
comment on column issue."grant".asserted_subject is 'Whom it named.';
create index grant_asserted on issue."grant" (tenant_id, environment, asserted_by, asserted_subject) where asserted_by is not null;
