//! Cedar policies: screening verdicts and runtime decisions from plain facts. No IO.
