drop trigger a_sponsor_lets_out on intake.quarantine;
drop function intake.a_sponsor_lets_out();
