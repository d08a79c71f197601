//! What the servers of the three planes share: listeners, headers, errors, pages. No product rules.
