drop table intake.family_split;
