//! A case for the tests of pure functions. It touches no store.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use narthex_policy::Origin;
use narthex_vocab::{
    ClientId, ClientMetadata, Environment, Id, RequestState, Risk, SchemaHash, Scope, ToolName,
};
use serde_json::json;

use crate::{
    prose::ScopeReason,
    reach::{Asked, AskedScope, AskedTool, ToolRef},
    request::{AccessRequest, ComesFrom, RequestRef},
};

/// A number as an id.
pub(crate) const fn id<K>(number: u128) -> Id<K> {
    Id::from_uuid(uuid::Uuid::from_u128(number))
}

/// A scope by its text.
pub(crate) fn scope(text: &str) -> Scope {
    Scope::parse(text).unwrap()
}

/// The tool of `notes:read`.
pub(crate) fn list_notes() -> ToolRef {
    ToolRef {
        resource: id(7),
        tool: ToolName::parse("list_notes").unwrap(),
    }
}

/// Metadata of a public client with this redirect URI.
pub(crate) fn metadata(redirect_uri: &str) -> ClientMetadata {
    let sent = json!({
        "client_name": "Stranger Notes",
        "redirect_uris": [redirect_uri],
        "token_endpoint_auth_method": "none",
    });
    let serde_json::Value::Object(sent) = sent else {
        panic!("not an object")
    };
    ClientMetadata::parse(&sent).unwrap()
}

/// `notes:read` with `list_notes`, and `notes:write`.
pub(crate) fn asked() -> Asked {
    let asked = |risk| AskedScope {
        reason: ScopeReason::default(),
        risk,
        open: false,
    };
    let tool = AskedTool {
        scope: scope("notes:read"),
        schema_hash: SchemaHash::of(&json!({ "name": "list_notes" })),
    };
    Asked {
        scopes: [
            (scope("notes:read"), asked(Risk::Read)),
            (scope("notes:write"), asked(Risk::Change)),
        ]
        .into(),
        tools: [(list_notes(), tool)].into(),
    }
}

/// A case in review, from this origin, by member 3.
pub(crate) fn in_review(
    environment: Environment,
    origin: Origin,
    redirect_uri: &str,
) -> AccessRequest {
    let at = RequestRef {
        environment,
        id: id(1),
        version: 1,
    };
    let comes = ComesFrom {
        origin,
        client_id: matches!(
            origin,
            Origin::Quarantine | Origin::Token | Origin::Open | Origin::Trust
        )
        .then(|| ClientId::parse("np_stranger").unwrap()),
        requested_by: Some(id(3)),
    };
    let request = AccessRequest::submitted(at, id(2), comes, metadata(redirect_uri), asked());
    AccessRequest {
        state: RequestState::InReview,
        ..request
    }
}
