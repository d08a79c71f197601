//! Passwords of people: argon2id in PHC form, computed off the async threads and a few at a time. A client's secret
//! never comes here.

use argon2::{
    Argon2, Params,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::sync::Arc;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// A password as somebody typed it. No Display, no Debug of its content, wiped when dropped.
pub struct Password(Zeroizing<String>);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Why a new password is not good enough; the text is for the person who chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than 12 characters.
    #[error("Use at least 12 characters")]
    TooShort,
    /// More than 128 characters.
    #[error("Use at most 128 characters")]
    TooLong,
    /// A run or a repetition that guessing tries first.
    #[error("Choose something that is harder to guess than one repeated or running pattern")]
    Trivial,
}

impl Password {
    /// A password to check; anything goes, but no more than 1 KiB of it is looked at.
    #[must_use]
    pub fn to_check(typed: &str) -> Self {
        Self(Zeroizing::new(typed.chars().take(256).collect()))
    }

    /// A password to set: 12 to 128 characters (NIST SP 800-63B length rules) with more than a pattern in it.
    pub fn to_set(typed: &str) -> Result<Self, PasswordError> {
        let characters: Vec<char> = typed.chars().collect();
        if characters.len() < 12 {
            return Err(PasswordError::TooShort);
        }
        if characters.len() > 128 {
            return Err(PasswordError::TooLong);
        }
        if is_pattern(&characters) {
            return Err(PasswordError::Trivial);
        }
        Ok(Self(Zeroizing::new(typed.to_owned())))
    }
}

/// One to three characters repeated, or a run up or down the code points.
fn is_pattern(characters: &[char]) -> bool {
    let repeats = |period: usize| {
        characters
            .iter()
            .zip(characters.iter().skip(period))
            .all(|(a, b)| a == b)
    };
    let steps = |by: i64| {
        characters
            .iter()
            .zip(characters.iter().skip(1))
            .all(|(a, b)| i64::from(u32::from(*b)) - i64::from(u32::from(*a)) == by)
    };
    (1..=3).any(repeats) || steps(1) || steps(-1)
}

/// The hasher could not work; no verdict about the password follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashFailed;

/// Hashes and checks passwords, at most so many at a time (19 MiB each).
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    room: Arc<Semaphore>,
    nobody: Arc<str>,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords")
    }
}

impl Passwords {
    /// argon2id with the OWASP minimum (m = 19 MiB, t = 2, p = 1); `at_once` bounds memory.
    pub fn new(at_once: usize) -> Result<Self, HashFailed> {
        let argon2 = Argon2::from(Params::default());
        let nobody = argon2
            .hash_password(b"nobody has this password")
            .map_err(|_| HashFailed)?
            .to_string();
        Ok(Self {
            argon2,
            room: Arc::new(Semaphore::new(at_once.max(1))),
            nobody: nobody.into(),
        })
    }

    /// The PHC string to store.
    pub async fn hash(&self, password: Password) -> Result<String, HashFailed> {
        let argon2 = self.argon2.clone();
        let hashed = self.in_turn(move || {
            argon2
                .hash_password(password.0.as_bytes())
                .map(|hash| hash.to_string())
        });
        hashed.await?.map_err(|_| HashFailed)
    }

    /// Whether the password is the one behind `stored`. Without one the work is done all the same, so that the time
    /// taken does not say whether an account exists.
    pub async fn verify(
        &self,
        password: Password,
        stored: Option<String>,
    ) -> Result<bool, HashFailed> {
        let argon2 = self.argon2.clone();
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.to_string());
        let matched = self
            .in_turn(move || {
                PasswordHash::new(&stored)
                    .is_ok_and(|hash| argon2.verify_password(password.0.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(matched && known)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashFailed> {
        let _turn = self.room.acquire().await.map_err(|_| HashFailed)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| HashFailed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn patterns_are_refused_and_phrases_are_not() {
        for (typed, expected) in [
            ("short", Some(PasswordError::TooShort)),
            ("aaaaaaaaaaaaaaaa", Some(PasswordError::Trivial)),
            ("abcabcabcabcabc", Some(PasswordError::Trivial)),
            ("abcdefghijklmnop", Some(PasswordError::Trivial)),
            ("ponmlkjihgfedcba", Some(PasswordError::Trivial)),
            ("correct horse battery", None),
            ("пароль из двенадцати", None),
        ] {
            assert_eq!(Password::to_set(typed).err(), expected, "{typed}");
        }
        assert_eq!(
            Password::to_set(&"x1".repeat(65)).err(),
            Some(PasswordError::TooLong)
        );
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_alone() {
        let passwords = Passwords::new(1).unwrap();
        let stored = passwords
            .hash(Password::to_set("correct horse battery").unwrap())
            .await
            .unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let check = async |typed: &str, stored: Option<String>| {
            passwords
                .verify(Password::to_check(typed), stored)
                .await
                .unwrap()
        };
        assert!(check("correct horse battery", Some(stored.clone())).await);
        assert!(!check("correct horse", Some(stored.clone())).await);
        assert!(!check("", Some(stored)).await);
        assert!(
            !check("nobody has this password", None).await,
            "the stand-in hash opens nothing"
        );
        assert!(!check("anything", Some("not a hash".into())).await);
    }
}
