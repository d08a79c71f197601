//! Tenants, their isolation in Postgres and Redis, the shared registry, and the ledger. No HTTP.
