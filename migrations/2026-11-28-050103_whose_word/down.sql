drop index issue.grant_asserted;
alter table issue."grant" drop constraint a_word_is_somebodys, drop column asserted_subject, drop column asserted_by;
