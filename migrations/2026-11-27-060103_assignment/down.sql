drop table review.assignment;
