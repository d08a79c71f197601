//! The words of Narthex as types: parsing only, no IO, no clock, no randomness of its own.
