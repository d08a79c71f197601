//! The kinds of thing that have an [`Id`](crate::Id), each with its text prefix. The types are
//! markers without values; they never carry data.

/// A kind of thing that has a typed id.
pub trait IdKind {
    /// Three letters, without the underscore that follows them in text.
    const PREFIX: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $name {}

            impl IdKind for $name {
                const PREFIX: &'static str = $prefix;
            }
        )*

        #[cfg(test)]
        pub(crate) const PREFIXES: &[&str] = &[$($prefix),*];
    };
}

kinds! {
    /// A company on the platform.
    Tenant = "ten";
    /// A person of a tenant.
    Member = "mem";
    /// A signed-in browser of a person.
    Session = "ses";
    /// An invitation of a person into a tenant.
    Invitation = "inv";
    /// A wish for a new password.
    PasswordReset = "pwr";
    /// A message on its way to a person.
    Mail = "mal";
    /// Somebody else's sign-in that a tenant believes.
    IdentityProvider = "idp";
    /// A thing being onboarded: a partner product, a service, an agent.
    Integration = "int";
    /// An API or MCP server.
    Resource = "res";
    /// An access request: the versioned case.
    Request = "req";
    /// A recorded outcome of a case.
    Decision = "dec";
    /// A decision that activates.
    Approval = "apr";
    /// A reviewer's counter-proposal.
    Offer = "off";
    /// One evaluation of the policy over a case.
    PolicyRun = "run";
    /// What one screening check saw.
    Finding = "fnd";
    /// A domain of a tenant.
    Domain = "dom";
    /// A proof of ownership.
    Proof = "prf";
    /// A secret (by its hash) or public key of a client.
    Credential = "crd";
    /// What a person allowed a client, from which tokens are issued.
    Grant = "gra";
    /// One call on a public registration surface.
    Attempt = "att";
    /// A person's wish to use a client that nobody has decided about.
    Ask = "ask";
    /// A sign-in that waits for a decision.
    Parked = "prk";
    /// A registration that waits for a decision.
    Deferral = "dfr";
    /// An initial access token, by its hash.
    InitialAccess = "iat";
    /// Registration stands still for a while.
    Brake = "brk";
    /// A line of the block list or the trust list.
    Listing = "lst";
    /// A tenant is asked whether a registration is its own.
    Claim = "clm";
    /// What takes two people of the platform.
    Proposal = "prp";
    /// A domain whose clients a tenant trusts.
    TrustedDomain = "tdm";
    /// A fetch that the discovery plane shall carry out.
    Order = "ord";
    /// A person's token of the management API.
    ApiToken = "tok";
    /// A person is asked to answer for an integration.
    Handover = "hnd";
    /// What somebody filters a list by, under a name.
    SavedView = "svw";
    /// An entry of the ledger.
    Entry = "ent";
    /// What a resource hears of security events by.
    EventStream = "evs";
}
