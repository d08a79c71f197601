//! How long an access token lives, in whole minutes. It never outlives [`TokenLifetime::LONGEST`].

use chrono::Duration;

/// From one minute to [`TokenLifetime::LONGEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct TokenLifetime(u8);

/// Not a number of minutes that a token may live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token lives 1 to {} minutes", TokenLifetime::LONGEST.minutes())]
pub struct TokenLifetimeError;

impl TokenLifetime {
    /// What a token has where nobody agreed on less.
    pub const LONGEST: Self = Self(10);

    /// Reads a number of minutes.
    pub fn from_minutes(minutes: i64) -> Result<Self, TokenLifetimeError> {
        match u8::try_from(minutes) {
            Ok(minutes @ 1..=10) => Ok(Self(minutes)),
            Ok(_) | Err(_) => Err(TokenLifetimeError),
        }
    }

    /// The minutes.
    pub const fn minutes(self) -> u8 {
        self.0
    }

    /// As a span of time.
    pub fn duration(self) -> Duration {
        Duration::minutes(i64::from(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lives_one_to_ten_minutes() {
        for minutes in [-1, 0, 11, 256, 257, i64::MAX] {
            assert_eq!(
                TokenLifetime::from_minutes(minutes),
                Err(TokenLifetimeError)
            );
        }
        assert_eq!(
            TokenLifetime::from_minutes(10),
            Ok(TokenLifetime::LONGEST),
            "the longest"
        );
        let one = TokenLifetime::from_minutes(1).map(TokenLifetime::duration);
        assert_eq!(one, Ok(Duration::minutes(1)));
    }
}
