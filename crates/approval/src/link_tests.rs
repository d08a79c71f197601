//! Why a linked case asks for what it asks for.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::request_fixture::{id, scope};

fn wish(member: u128, scope: &str, reason: &str) -> Wish {
    Wish {
        member: id(member),
        scope: ScopeSet::parse(scope).unwrap(),
        reason: ScopeReason::parse(reason).unwrap(),
    }
}

#[test]
fn each_scope_has_the_reason_of_the_first_who_wanted_it() {
    let wishes = [
        wish(1, "notes:read", "to read"),
        wish(2, "notes:read notes:write", "to write"),
    ];
    let wanted = ScopeSet::parse("notes:delete notes:read notes:write").unwrap();
    let reasons = with_reasons(&wanted, &wishes);
    let reason = |text| reasons.get(&scope(text)).map(ScopeReason::as_str);
    assert_eq!(reason("notes:read"), Some("to read"));
    assert_eq!(reason("notes:write"), Some("to write"));
    assert_eq!(reason("notes:delete"), Some(""));
    assert_eq!(purpose(&wishes).as_str(), "to read");
    assert!(purpose(&[]).is_empty());
}
