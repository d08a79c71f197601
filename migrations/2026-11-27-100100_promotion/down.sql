drop trigger note_the_address on issue.authorization_code;
drop function issue.note_the_address();
drop table issue.tried_address;
drop trigger keys_of_its_own on registry.client;
drop function registry.keys_of_its_own();
drop table review.promotion;
drop function review.promotes_its_own();
