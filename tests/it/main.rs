//! Rings 2 and 3: store, verbs and HTTP against a real Postgres and Redis.
