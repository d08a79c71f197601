//! The token plane: sign-in, consent, tokens, introspection, decisions. It cannot write a client.
