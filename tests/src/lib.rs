//! The harness of the tests that need a running system. It holds no product rule.
