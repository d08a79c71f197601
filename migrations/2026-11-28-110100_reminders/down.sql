drop table review.reminder;
drop view review.deadline;
