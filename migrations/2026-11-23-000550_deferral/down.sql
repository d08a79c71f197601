drop table intake.deferral;
drop function intake.tell_of_deferral();
