//! The only code that opens an outbound connection for a name that somebody else chose.
