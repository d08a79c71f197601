//! How this crate gets to an identity provider: the binary hands it in. So neither this crate nor a plane is linked with what opens
//! connections, and a plane that gets none has none.

use std::{pin::Pin, sync::Arc};

use url::Url;

/// What is asked.
#[derive(Debug)]
pub struct Asked {
    /// Where.
    pub url: Url,
    /// A form to post; without one it is a GET.
    pub form: Option<Vec<u8>>,
    /// The `Authorization` header, if there is one.
    pub authorization: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`; empty when there was none.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Why nothing came back, in a sentence that says nothing of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotReached(pub String);

/// What will come back.
pub type Coming = Pin<Box<dyn Future<Output = Result<Answered, NotReached>> + Send>>;

/// The way: it follows no redirect, and reaches public places alone.
pub type WayOut = Arc<dyn Fn(Asked) -> Coming + Send + Sync>;
