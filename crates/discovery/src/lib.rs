//! The public plane: metadata, key sets and registration. It cannot write a client.
