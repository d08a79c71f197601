//! The private plane: cases, decisions, the tenant portal and the staff dashboard. It cannot sign.
