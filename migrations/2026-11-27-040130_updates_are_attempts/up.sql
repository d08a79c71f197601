-- A client that wants its registration to say something else has called the public surface: that is an attempt too.
alter table intake.attempt drop constraint attempt_outcome_check;
alter table intake.attempt add constraint attempt_outcome_check check (outcome in ('malformed', 'limited', 'blocked', 'refused',
    'joined', 'quarantined', 'deferred', 'activated', 'updated'));
alter table intake.tally drop constraint tally_outcome_check;
alter table intake.tally add constraint tally_outcome_check check (outcome in ('malformed', 'limited', 'blocked', 'refused',
    'joined', 'updated'));
