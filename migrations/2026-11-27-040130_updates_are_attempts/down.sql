alter table intake.tally drop constraint tally_outcome_check;
alter table intake.tally add constraint tally_outcome_check check (outcome in ('malformed', 'limited', 'blocked', 'refused', 'joined'));
alter table intake.attempt drop constraint attempt_outcome_check;
alter table intake.attempt add constraint attempt_outcome_check check (outcome in ('malformed', 'limited', 'blocked', 'refused',
    'joined', 'quarantined', 'deferred', 'activated'));
