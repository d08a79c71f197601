//! How a new integration signs in, as the portal asks it, and what that is registered as. It decides nothing.

/// How a client proves itself and for whom it acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignInBy {
    /// People sign in, and the service keeps a secret.
    Web,
    /// People sign in to a program that cannot keep a secret.
    Public,
    /// People allow it on their phone or computer: the device it runs on has no browser.
    Device,
    /// Nobody signs in: it acts for itself with a secret.
    Service,
    /// Nobody signs in: it acts for itself, and its platform says which workload it is.
    Workload,
    /// It acts for people whose tokens other apps hand to it.
    Helper,
    /// It acts for people of whom the tenant's identity provider says so.
    Provider,
}

impl SignInBy {
    pub(super) const ALL: [Self; 7] = [
        Self::Web,
        Self::Public,
        Self::Device,
        Self::Service,
        Self::Workload,
        Self::Helper,
        Self::Provider,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Public => "public",
            Self::Device => "device",
            Self::Service => "service",
            Self::Workload => "workload",
            Self::Helper => "helper",
            Self::Provider => "provider",
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Web => "People sign in, and a server keeps a secret",
            Self::Public => "People sign in to a program that keeps no secret",
            Self::Device => {
                "People sign in on another device: for a television or a program without a browser"
            }
            Self::Service => "Nobody signs in: a service acts for itself with a secret",
            Self::Workload => {
                "Nobody signs in: a workload acts for itself, and its platform vouches for it"
            }
            Self::Helper => {
                "Nobody signs in: it acts for people whose tokens other apps hand to it"
            }
            Self::Provider => "Nobody signs in here: your identity provider says for whom it acts",
        }
    }

    pub(super) const fn has_redirects(self) -> bool {
        match self {
            Self::Web | Self::Public => true,
            Self::Device | Self::Service | Self::Workload | Self::Helper | Self::Provider => false,
        }
    }

    /// The grants and the authentication method of RFC 7591 section 2.
    pub(super) const fn registered_as(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::Web => (
                &["authorization_code", "refresh_token"],
                "client_secret_basic",
            ),
            Self::Public => (&["authorization_code", "refresh_token"], "none"),
            Self::Device => (
                &[
                    "urn:ietf:params:oauth:grant-type:device_code",
                    "refresh_token",
                ],
                "none",
            ),
            Self::Service => (&["client_credentials"], "client_secret_basic"),
            Self::Workload => (
                &[
                    "client_credentials",
                    "urn:ietf:params:oauth:grant-type:jwt-bearer",
                ],
                "workload_jwt",
            ),
            Self::Helper => (
                &["urn:ietf:params:oauth:grant-type:token-exchange"],
                "client_secret_basic",
            ),
            Self::Provider => (
                &["urn:ietf:params:oauth:grant-type:jwt-bearer"],
                "client_secret_basic",
            ),
        }
    }
}
