//! Passwords of people: argon2id in PHC form, computed off the async threads and a few at a time. A client's secret
//! never comes here.

use argon2::{
    Argon2, Params,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::sync::Arc;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

/// A password as somebody typed it. No Display, no Debug of its content, wiped when dropped.
#[derive(Clone)]
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
    /// Known from breaches, made of one word, a name or a pattern: guessing tries it first.
    #[error(
        "This is among the first that guessing tries. Choose several words that have nothing to do with you"
    )]
    Guessable,
}

impl Password {
    /// A password to check; anything goes, but no more than 1 KiB of it is looked at.
    #[must_use]
    pub fn to_check(typed: &str) -> Self {
        Self(Zeroizing::new(typed.chars().take(256).collect()))
    }

    /// A password to set: 12 to 128 characters (NIST SP 800-63B length rules), and none that guessing finds soon: not
    /// from the lists of breached passwords that `zxcvbn` carries, not one word, date or pattern, and not made of what
    /// is known `about` the person (address, name, company).
    pub fn to_set(typed: &str, about: &[&str]) -> Result<Self, PasswordError> {
        let length = typed.chars().count();
        if length < 12 {
            return Err(PasswordError::TooShort);
        }
        if length > 128 {
            return Err(PasswordError::TooLong);
        }
        // Whole, in their parts, and with the parts run together.
        let parts = about.iter().flat_map(|one| one.split(['@', '.', ' ', '-']));
        let together = about.iter().map(|one| one.replace(['.', ' ', '-'], ""));
        let known: Vec<String> = parts.map(str::to_owned).chain(together).collect();
        let known: Vec<&str> = known
            .iter()
            .map(String::as_str)
            .chain(about.iter().copied())
            .chain(["narthex"])
            .filter(|one| one.chars().count() > 2)
            .collect();
        // What stands between the words makes them no harder to find.
        let words: String = typed.chars().filter(|one| one.is_alphanumeric()).collect();
        let weak = |text: &str| zxcvbn(text, &known).score() < Score::Three;
        if weak(typed) || weak(&words) {
            return Err(PasswordError::Guessable);
        }
        Ok(Self(Zeroizing::new(typed.to_owned())))
    }
}

/// What one hash costs: at least the OWASP minimum of argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
}

/// Less than a password deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a password's hash takes at least 19456 KiB and 2 passes, and at most 1048576 KiB and 16 passes"
)]
pub struct CostError;

impl Default for Cost {
    /// m = 19 MiB, t = 2, p = 1.
    fn default() -> Self {
        Self {
            memory_kib: Params::DEFAULT_M_COST,
            passes: Params::DEFAULT_T_COST,
        }
    }
}

impl Cost {
    /// So much memory and so many passes.
    pub fn new(memory_kib: u32, passes: u32) -> Result<Self, CostError> {
        let least = Self::default();
        let memory = least.memory_kib..=1_048_576;
        let sound = memory.contains(&memory_kib) && (least.passes..=16).contains(&passes);
        sound
            .then_some(Self { memory_kib, passes })
            .ok_or(CostError)
    }
}

/// The hasher could not work; no verdict about the password follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashFailed;

/// Hashes and checks passwords, at most so many at a time.
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
    /// argon2id at this cost; `at_once` bounds memory.
    pub fn new(at_once: usize, cost: Cost) -> Result<Self, HashFailed> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None).map_err(|_| HashFailed)?;
        let argon2 = Argon2::from(params);
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

    /// Whether `stored` was hashed as it would be today.
    #[must_use]
    pub fn is_current(&self, stored: &str) -> bool {
        let current = self.argon2.params();
        let same = |hash: PasswordHash| {
            let params = Params::try_from(&hash).ok()?;
            let same = params.m_cost() == current.m_cost()
                && params.t_cost() == current.t_cost()
                && params.p_cost() == current.p_cost();
            Some(same && hash.algorithm.as_str() == "argon2id")
        };
        PasswordHash::new(stored).ok().and_then(same) == Some(true)
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
    fn what_guessing_tries_first_is_refused_and_phrases_are_not() {
        let about = ["ana.ruiz@northwind.example", "Ana Ruiz", "Acme Logistics"];
        for (typed, expected) in [
            ("short", Some(PasswordError::TooShort)),
            ("aaaaaaaaaaaaaaaa", Some(PasswordError::Guessable)),
            ("abcabcabcabcabc", Some(PasswordError::Guessable)),
            ("abcdefghijklmnop", Some(PasswordError::Guessable)),
            ("ponmlkjihgfedcba", Some(PasswordError::Guessable)),
            ("password1234", Some(PasswordError::Guessable)),
            ("P@ssw0rd1234", Some(PasswordError::Guessable)),
            ("qwertyuiopasdf", Some(PasswordError::Guessable)),
            ("letmein-letmein", Some(PasswordError::Guessable)),
            ("iloveyou2026", Some(PasswordError::Guessable)),
            ("ana.ruiz@northwind.example", Some(PasswordError::Guessable)),
            ("AnaRuiz12345", Some(PasswordError::Guessable)),
            ("northwind2026", Some(PasswordError::Guessable)),
            ("narthexnarthex", Some(PasswordError::Guessable)),
            ("correct horse battery", None),
            ("пароль из двенадцати", None),
            ("k3%fQz!p0Lw2x", None),
        ] {
            assert_eq!(Password::to_set(typed, &about).err(), expected, "{typed}");
        }
        assert_eq!(
            Password::to_set(&"x1".repeat(65), &[]).err(),
            Some(PasswordError::TooLong)
        );
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_alone() {
        let passwords = Passwords::new(1, Cost::default()).unwrap();
        let stored = passwords
            .hash(Password::to_set("correct horse battery", &[]).unwrap())
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

    #[tokio::test]
    async fn a_hash_of_another_cost_is_not_current_and_still_opens() {
        let cheap = Passwords::new(1, Cost::default()).unwrap();
        let dear = Passwords::new(1, Cost::new(20_480, 3).unwrap()).unwrap();
        let typed = Password::to_check("correct horse battery");
        let stored = cheap.hash(typed.clone()).await.unwrap();
        assert!(cheap.is_current(&stored));
        assert!(!dear.is_current(&stored));
        assert!(dear.verify(typed.clone(), Some(stored)).await.unwrap());
        assert!(dear.is_current(&dear.hash(typed).await.unwrap()));
        for other in [
            "",
            "not a hash",
            "$argon2i$v=19$m=20480,t=3,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(!dear.is_current(other), "{other}");
        }
    }

    #[test]
    fn a_cost_below_the_minimum_is_refused() {
        for (memory, passes) in [
            (19_455, 2),
            (19_456, 1),
            (0, 0),
            (1_048_577, 2),
            (19_456, 17),
        ] {
            assert_eq!(
                Cost::new(memory, passes),
                Err(CostError),
                "{memory} {passes}"
            );
        }
        assert_eq!(Cost::new(19_456, 2), Ok(Cost::default()));
    }
}
