//! The four keys of an installation and which process has which. Files of 32 random bytes as hex, mode 0600; they
//! are read once at start.

use narthex_vocab::HashKey;
use rand_core::CryptoRng;
use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};
use zeroize::Zeroizing;

use crate::sealing::SealingKey;

/// A key file is missing, unreadable or malformed.
#[derive(Debug, thiserror::Error)]
#[error("key file {path}: {why}")]
pub struct KeyFileError {
    path: String,
    why: String,
}

/// Under which credentials, sessions and one-time values are hashed: approval and token planes have it. Codes of waiting
/// registrations have a key of their own, which discovery and approval planes have.
pub fn hash_key(path: &Path) -> Result<HashKey, KeyFileError> {
    read(path).map(|bytes| HashKey::from_bytes(*bytes))
}

/// Under which TOTP seeds (approval plane) or signing keys (token plane) are sealed; two different files.
pub fn sealing_key(path: &Path) -> Result<SealingKey, KeyFileError> {
    SealingKey::new(&*read(path)?).map_err(|error| failure(path, &error))
}

/// Writes a fresh key unless the file is there already. Never overwrites.
pub fn ensure(path: &Path, rng: &mut dyn CryptoRng) -> Result<(), KeyFileError> {
    if path.exists() {
        return Ok(());
    }
    let mut bytes = Zeroizing::new([0_u8; 32]);
    rng.fill_bytes(&mut *bytes);
    let text = Zeroizing::new(hex::encode(*bytes));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| failure(path, &error))?;
    file.write_all(text.as_bytes())
        .map_err(|error| failure(path, &error))
}

fn read(path: &Path) -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| failure(path, &error))?);
    let mut bytes = Zeroizing::new([0_u8; 32]);
    hex::decode_to_slice(text.trim(), bytes.as_mut_slice())
        .map_err(|error| failure(path, &error))?;
    Ok(bytes)
}

fn failure(path: &Path, why: &dyn std::fmt::Display) -> KeyFileError {
    KeyFileError {
        path: path.display().to_string(),
        why: why.to_string(),
    }
}
