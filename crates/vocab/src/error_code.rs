//! Every code that a client can be told as `error`, with what it means here and what to do: the wire and the public
//! error reference read this one table. RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, RFC 7591 section
//! 3.2.2, RFC 8707 section 2, RFC 9126 section 2.3, RFC 9449 section 5, RFC 9470 section 3, OpenID Connect Core section
//! 3.1.2.6. It never says more of one refusal than the code itself does.

macro_rules! codes {
    ($($name:ident = $text:literal, $source:literal, $meaning:literal, $fix:literal;)*) => {
        /// A value of `error`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorCode {
            $(#[doc = $meaning] $name,)*
        }

        impl ErrorCode {
            /// All of them, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The value on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The document that defines it.
            #[must_use]
            pub const fn source(self) -> &'static str {
                match self { $(Self::$name => $source,)* }
            }

            /// What it means here, in sentences.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }

            /// What the developer of the client does about it.
            #[must_use]
            pub const fn fix(self) -> &'static str {
                match self { $(Self::$name => $fix,)* }
            }
        }
    };
}

codes! {
    InvalidRequest = "invalid_request", "RFC 6749 5.2",
        "A parameter is missing, repeated or malformed, or the address does not exist.",
        "Read error_description: it names the parameter. Send each parameter once, and forms as application/x-www-form-urlencoded.";
    InvalidClient = "invalid_client", "RFC 6749 5.2",
        "The client did not prove who it is.",
        "Check the identifier and the secret, that the secret is neither retired nor expired, and that you use the authentication method of the registration. A key-pair client checks aud, exp and the key of its assertion.";
    InvalidGrant = "invalid_grant", "RFC 6749 5.2",
        "The code or refresh token was used already, has expired, belongs to another client, or the person has to decide again.",
        "Start a new sign-in. Use each code and each refresh token once, with the same redirect_uri and the verifier of the same request.";
    InvalidScope = "invalid_scope", "RFC 6749 5.2",
        "A scope is malformed, or goes beyond what was approved for the client.",
        "Ask for scopes of the approved request alone, or leave scope out to get all of them. For more, send a new access request.";
    InvalidTarget = "invalid_target", "RFC 8707 2",
        "The resource is unknown, the client has nothing there, or the scopes belong to several resources.",
        "Name one resource by the parameter resource, with scopes of it alone.";
    InvalidToken = "invalid_token", "RFC 6750 3.1",
        "The access token is missing, malformed, expired, revoked, for another audience, or not bound to the key that was shown.",
        "Get a new token for this resource and send it once, in the Authorization header.";
    InsufficientScope = "insufficient_scope", "RFC 6750 3.1",
        "The access token is good, and lacks the scope that the challenge names.",
        "Get a token with that scope; if the client was not approved for it, send an access request.";
    InsufficientUserAuthentication = "insufficient_user_authentication", "RFC 9470 3",
        "The person signed in too long ago, or not in the way that the call wants.",
        "Send the person to sign in again with the max_age or acr_values that the answer names in step_up.";
    UnauthorizedClient = "unauthorized_client", "RFC 6749 5.2",
        "The client was not approved for this grant type.",
        "Use a grant type of the registration, or ask for this one in a new access request.";
    UnsupportedGrantType = "unsupported_grant_type", "RFC 6749 5.2",
        "The grant type is not known here.",
        "Use one of grant_types_supported of the metadata.";
    UnsupportedResponseType = "unsupported_response_type", "RFC 6749 4.1.2.1",
        "Only the authorization code flow is offered.",
        "Send response_type=code, with PKCE (code_challenge_method=S256).";
    AccessDenied = "access_denied", "RFC 6749 4.1.2.1",
        "Nobody has approved this client, it was stopped, the person said no, or registration is not offered in this environment.",
        "Look at the client's state and request in the portal. Do not register again: that changes nothing.";
    LoginRequired = "login_required", "OpenID Connect Core 3.1.2.6",
        "The request may not show a page, and the person has to sign in.",
        "Repeat it without prompt=none.";
    ConsentRequired = "consent_required", "OpenID Connect Core 3.1.2.6",
        "The request may not show a page, and the person has to decide.",
        "Repeat it without prompt=none.";
    UnmetAuthenticationRequirements = "unmet_authentication_requirements", "OpenID Connect Unmet Authentication Requirements 1.0",
        "An essential acr was asked for that nobody can reach here.",
        "Ask for a value of acr_values_supported of the metadata, or do not mark it essential.";
    RequestNotSupported = "request_not_supported", "OpenID Connect Core 3.1.2.6",
        "Request objects are not taken.",
        "Send the parameters themselves, or push them (RFC 9126).";
    RequestUriNotSupported = "request_uri_not_supported", "OpenID Connect Core 3.1.2.6",
        "A reference to a request is taken only where it came from pushing a request.",
        "Push the request to pushed_authorization_request_endpoint and use the request_uri of the answer.";
    InvalidRequestUri = "invalid_request_uri", "RFC 9101 7",
        "The reference to a pushed request is unknown, was used, or is over.",
        "Push the request again, and use the new reference once, within its lifetime.";
    RegistrationNotSupported = "registration_not_supported", "OpenID Connect Core 3.1.2.6",
        "A request cannot register a client.",
        "Use a client that is registered, without the parameter registration.";
    InvalidDpopProof = "invalid_dpop_proof", "RFC 9449 5",
        "The proof of possession is missing, malformed, too old, used before, or for another method, address or key.",
        "Sign a new proof for each call, with htm, htu, iat, jti and, beside a token, ath.";
    UseDpopNonce = "use_dpop_nonce", "RFC 9449 8",
        "The proof needs the nonce of the header DPoP-Nonce.",
        "Repeat the call with that nonce in the proof.";
    InvalidRedirectUri = "invalid_redirect_uri", "RFC 7591 3.2.2",
        "A redirect address of the registration is not acceptable, or not on the environment's list.",
        "Use https with an exact address; http is for loopback alone. There are no wildcards and no fragments.";
    InvalidClientMetadata = "invalid_client_metadata", "RFC 7591 3.2.2",
        "A member of the registration is not acceptable, or this environment does not take such metadata.",
        "Read error_description: it names the member where that can be told.";
    InvalidSoftwareStatement = "invalid_software_statement", "RFC 7591 3.2.2",
        "The software statement does not hold: signature, key, issuer, time or content.",
        "Get a new statement from its issuer.";
    UnapprovedSoftwareStatement = "unapproved_software_statement", "RFC 7591 3.2.2",
        "The tenant does not trust the issuer of the software statement.",
        "Ask the tenant to trust the issuer, or register without a statement.";
    InvalidRegistration = "invalid_registration", "draft-dellaert-oauth-approval-based-dcr",
        "The registration code is unknown, was used, or was given up.",
        "Register again, and keep the identifier that the last answer gave: it is given once.";
    AuthorizationPending = "authorization_pending", "RFC 8628 3.5",
        "The person has not decided about the device yet.",
        "Wait for the interval, then ask again with the same device code.";
    ExpiredToken = "expired_token", "RFC 8628 3.5; draft-dellaert-oauth-approval-based-dcr",
        "Nobody decided about the registration, or about the device, in time.",
        "Begin again, and show the person the new code.";
    SlowDown = "slow_down", "RFC 8628 3.5",
        "It was polled before its interval was over.",
        "Wait as Retry-After says; the interval is longer from now on.";
    TemporarilyUnavailable = "temporarily_unavailable", "RFC 6749 4.1.2.1",
        "Too many calls, a brake is on, or something that is needed is away.",
        "Wait as Retry-After says, then repeat the call.";
    ServerError = "server_error", "RFC 6749 4.1.2.1",
        "Something failed on our side; the reason is in our log.",
        "Try again in a minute. If it fails again, quote the request_id.";
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl PartialEq<&str> for ErrorCode {
    fn eq(&self, text: &&str) -> bool {
        self.as_str() == *text
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorCode;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_one_word_of_the_rfc_with_something_to_do() {
        let texts: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
            assert!(code.as_str().bytes().all(plain), "{code}");
            for words in [code.meaning(), code.fix()] {
                assert!(words.ends_with('.') && words.is_ascii(), "{code}: {words}");
            }
        }
    }
}
