drop table review.claim;
