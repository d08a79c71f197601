alter table intake.attempt drop column sent;
