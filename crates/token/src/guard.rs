//! Who may call an endpoint, in the plane's own words. It decides nothing: each handler does.

/// What a caller must bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Nothing: the endpoint itself finds out who somebody is.
    Anyone,
    /// The session of an end user of the tenant.
    Person,
    /// A client's registered authentication method (RFC 6749 section 2.3).
    Client,
    /// A client with a secret, or a resource by its secret.
    ClientOrResource,
    /// A resource by its secret.
    Resource,
    /// An access token of a person (RFC 6750).
    Bearer,
}
