drop trigger tell_of_cases on review.access_request;
drop function review.tell_of_cases();
