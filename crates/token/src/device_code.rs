//! A device asks whether its person has answered (RFC 8628 section 3.4) and gets tokens once. That it asked, and that it
//! asked too early, must be remembered: what it hears meanwhile is an outcome, not an error.

use chrono::Duration;
use narthex_tenancy::TenantTx;
use narthex_vocab::{GrantType, ResourceUri, Secret};
use rand_core::CryptoRng;

use crate::call::Call;
use crate::client::ApprovedClient;
use crate::error::TokenError;
use crate::issue::Issued;
use crate::redeem::{self, Begun};
use crate::store;
use crate::store::device::{Allowed, Answer, Device};
use narthex_http::dpop::Thumbprint;

/// What a device that asks too early waits longer, and the longest that it comes to.
const LONGER: Duration = Duration::seconds(5);
const LONGEST: Duration = Duration::seconds(60);
/// A question this early is still in time: calls take longer or shorter on their way.
const SLACK: Duration = Duration::seconds(1);

/// What a client brings.
pub(crate) struct Poll {
    /// `None`: not a device code at all.
    pub(crate) code: Option<Secret>,
    pub(crate) resource: Option<ResourceUri>,
    /// The key that was proved with it.
    pub(crate) key: Option<Thumbprint>,
}

/// What became of it.
pub(crate) enum Polled {
    Issued(Box<Issued>),
    /// The code was used before: its grant has ended.
    Replayed,
    Refused(NoTokens),
}

/// Why there are no tokens, in the codes of RFC 8628 section 3.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoTokens {
    #[error("nobody has answered yet")]
    Pending,
    #[error("asked too early: wait five seconds longer from now on")]
    TooEarly,
    #[error("the person did not allow it")]
    Denied,
    #[error("nobody answered in time")]
    Over,
}

impl NoTokens {
    /// The registered code.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Pending => "authorization_pending",
            Self::TooEarly => "slow_down",
            Self::Denied => "access_denied",
            Self::Over => "expired_token",
        }
    }
}

/// Answers one question of a device.
pub(crate) async fn poll(
    tx: &mut TenantTx,
    call: Call<'_>,
    (client, command): (&ApprovedClient, Poll),
    rng: &mut dyn CryptoRng,
) -> Result<Polled, TokenError> {
    let environment = call.place.environment;
    if !client.allows(GrantType::DeviceCode) {
        return Err(TokenError::GrantNotAllowed);
    }
    let Some(secret) = &command.code else {
        return Err(TokenError::Grant("not a device code"));
    };
    let hash = secret.hash(call.hash_key);
    let device = store::device::lock(tx, environment, &hash).await?;
    let device = device
        .filter(|device| device.client == *client.id())
        .ok_or(TokenError::Grant(
            "no such device code, or another client's",
        ))?;
    let allowed = match device.answer {
        Answer::Denied => return Ok(Polled::Refused(NoTokens::Denied)),
        Answer::Redeemed(Allowed { grant, .. }) => {
            let why = "a device code was used twice";
            store::grant::end(tx, environment, grant, why, call.now).await?;
            return Ok(Polled::Replayed);
        }
        Answer::Pending | Answer::Allowed(_) if device.expires_at <= call.now => {
            return Ok(Polled::Refused(NoTokens::Over));
        }
        Answer::Pending => {
            let (wait, said) = pace(&device, call.now);
            store::device::polled(tx, environment, (&hash, wait), call.now).await?;
            return Ok(Polled::Refused(said));
        }
        Answer::Allowed(allowed) => allowed,
    };
    let asked = (allowed.grant, command.resource.as_ref());
    let (grant, member) = redeem::open_grant(tx, call, client, asked).await?;
    store::device::redeemed(tx, environment, &hash).await?;
    let begun = Begun {
        client,
        grant_type: GrantType::DeviceCode,
        grant: &grant,
        member: &member,
        auth_time: allowed.auth_time,
        nonce: None,
        key: command.key,
    };
    let issued = redeem::begin(tx, call, begun, rng).await?;
    Ok(Polled::Issued(Box::new(issued)))
}

/// How long a device waits from now on, and what it hears.
fn pace(device: &Device, now: narthex_vocab::Timestamp) -> (Duration, NoTokens) {
    let early = device
        .polled_at
        .is_some_and(|last| now + SLACK < last + device.wait);
    if early {
        ((device.wait + LONGER).min(LONGEST), NoTokens::TooEarly)
    } else {
        (device.wait, NoTokens::Pending)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use narthex_vocab::{ClientId, Timestamp};
    use rstest::rstest;

    #[rstest]
    #[case::first(None, 5, NoTokens::Pending)]
    #[case::in_time(Some(5_000), 5, NoTokens::Pending)]
    #[case::a_hurried_network(Some(4_000), 5, NoTokens::Pending)]
    #[case::early(Some(3_999), 10, NoTokens::TooEarly)]
    #[case::at_once(Some(0), 10, NoTokens::TooEarly)]
    fn who_asks_too_early_waits_longer(
        #[case] since_millis: Option<i64>,
        #[case] wait: i64,
        #[case] said: NoTokens,
    ) {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let device = Device {
            client: ClientId::parse("np_abcdefghijklmnopqrstuvwx27").unwrap(),
            answer: Answer::Pending,
            wait: Duration::seconds(5),
            polled_at: since_millis.map(|millis| now - Duration::milliseconds(millis)),
            expires_at: now,
        };
        assert_eq!(pace(&device, now), (Duration::seconds(wait), said));
    }

    #[test]
    fn nobody_waits_for_ever() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let device = Device {
            client: ClientId::parse("np_abcdefghijklmnopqrstuvwx27").unwrap(),
            answer: Answer::Pending,
            wait: LONGEST,
            polled_at: Some(now),
            expires_at: now,
        };
        assert_eq!(pace(&device, now), (LONGEST, NoTokens::TooEarly));
    }
}
