//! Who is let into the portal: by a provider's word whose identity is known, or who may join by it; by both a provider's word and
//! the password of an account, which connects them; by a password. An address alone never leads to somebody's account.

use narthex_people::identity::{self, Asserted, IdentityError};
use narthex_people::session::{self, Begun, Surface, Whence};
use narthex_people::sign_in::{Checked, SignInError, SignedIn};
use narthex_tenancy::ledger::Actor;
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::permission::{Person, Role};
use narthex_tenancy::tenant;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Email, HashKey, HostName, Id, Label, Secret, kind};
use rand_core::CryptoRng;
use serde_json::{Value, json};

use crate::acting::{Acting, Deed, NotPermitted};
use crate::letter::Notice;
use crate::store;

/// What a provider's word led to.
#[derive(Debug)]
pub enum Entered {
    /// A session.
    In(Secret),
    /// The person joined the tenant, and has a session.
    Joined(Secret),
    /// Nobody here is known by this identity. Whoever has an account can connect it.
    Unknown(Unknown),
}

/// Why somebody whom nobody invited does not join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// There is an account with their address: its password says whether it is theirs.
    HasAccount,
    /// The provider gives no address, or has not checked it.
    Unverified,
    /// The tenant has not proved the address's domain.
    NotProved,
    /// The provider lets nobody join.
    NobodyJoins,
    /// They were here and left.
    Left,
    /// Staff froze the tenant.
    Frozen,
}

/// Why nobody is let in.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// A person acts, and not the door.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The person whose identity it is was removed.
    #[error("the person whose identity it is has left")]
    Gone,
    /// The word was used, or the identity is somebody else's.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The password or the code.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lets in whose identity is known, or who may join.
pub async fn by_provider(
    tx: &mut TenantTx,
    (asserted, hash_key): (&Asserted, &HashKey),
    from: Whence,
    acting: &mut Acting<'_>,
) -> Result<Entered, EnterError> {
    acting.itself()?;
    if let Some(known) = identity::whose(tx, asserted).await? {
        match member::load(tx, known).await {
            Ok(member) => {
                let session = begin(tx, (asserted, hash_key), (member.id, from), acting).await?;
                return Ok(Entered::In(session));
            }
            Err(StoreError::NotFound) => return Err(EnterError::Gone),
            Err(error) => return Err(error.into()),
        }
    }
    let (email, role) = match may_join(tx, asserted, acting).await? {
        Ok(may) => may,
        Err(why) => return Ok(Entered::Unknown(why)),
    };
    let name = asserted
        .name()
        .or_else(|| Label::parse(email.as_str()).ok());
    let Some(name) = name else {
        return Ok(Entered::Unknown(Unknown::Unverified));
    };
    let member = Member {
        id: acting.id(),
        email,
        name,
        role: Some(role),
    };
    member::create(tx, &member, acting.now).await?;
    identity::link(tx, asserted, member.id, acting.now).await?;
    let session = begin(tx, (asserted, hash_key), (member.id, from), acting).await?;
    let detail = json!({ "issuer": asserted.provider().issuer.as_str(), "role": role.as_str() });
    record(tx, "member.join", (&member, detail), acting).await?;
    Ok(Entered::Joined(session))
}

/// Connects an identity to the account whose password and code were just checked, and lets its person in.
pub async fn connect(
    tx: &mut TenantTx,
    (asserted, checked): (&Asserted, &Checked),
    hash_key: &HashKey,
    acting: &mut Acting<'_>,
) -> Result<Secret, EnterError> {
    acting.itself()?;
    identity::use_up(tx, asserted, acting.now).await?;
    let member = member::load(tx, checked.member()).await?;
    identity::link(tx, asserted, member.id, acting.now).await?;
    let rng: &mut dyn CryptoRng = &mut *acting.rng;
    let with = (acting.now, rng);
    let session = checked
        .begin_by(tx, hash_key, asserted.word(), with)
        .await?;
    let detail = json!({ "issuer": asserted.provider().issuer.as_str() });
    record(tx, "account.connect", (&member, detail), acting).await?;
    acting.notice(tx, member.id, Notice::Connected).await?;
    Ok(session)
}

/// Lets in by a password. An owner who gets in by one where passwords do not count is heard by every owner.
pub async fn by_password(
    tx: &mut TenantTx,
    (checked, hash_key): (&Checked, &HashKey),
    acting: &mut Acting<'_>,
) -> Result<SignedIn, EnterError> {
    acting.itself()?;
    let rng: &mut dyn CryptoRng = &mut *acting.rng;
    let signed_in = checked.begin(tx, hash_key, (acting.now, rng)).await?;
    if signed_in.against_rule {
        let member = member::load(tx, signed_in.member).await?;
        record(tx, "sign_in.against_rule", (&member, json!({})), acting).await?;
        for owner in member::hold_owners(tx).await? {
            acting.notice(tx, owner, Notice::AgainstRule).await?;
        }
    }
    Ok(signed_in)
}

/// The address and the role of somebody who may join, or why they may not.
async fn may_join(
    tx: &mut TenantTx,
    asserted: &Asserted,
    acting: &Acting<'_>,
) -> Result<Result<(Email, Role), Unknown>, StoreError> {
    let Some(email) = asserted.verified_email() else {
        return Ok(Err(Unknown::Unverified));
    };
    match member::end_user_of(tx, &email).await {
        Ok(_) => return Ok(Err(Unknown::HasAccount)),
        Err(StoreError::NotFound) => {}
        Err(error) => return Err(error),
    }
    if member::has_left(tx, &email).await? {
        return Ok(Err(Unknown::Left));
    }
    let Some(role) = asserted.provider().joins_as else {
        return Ok(Err(Unknown::NobodyJoins));
    };
    if tenant::load(tx).await?.frozen_because.is_some() {
        return Ok(Err(Unknown::Frozen));
    }
    let tenant = tx.tenant();
    let proofs = store::proof::in_force(tx, tenant, acting.now).await?;
    // The very host that was proved: who runs it runs its mail, and nobody below or above it need be theirs.
    match HostName::parse(email.domain()) {
        Ok(host) if proofs.has(&host) => Ok(Ok((email, role))),
        Ok(_) | Err(_) => Ok(Err(Unknown::NotProved)),
    }
}

async fn begin(
    tx: &mut TenantTx,
    (asserted, hash_key): (&Asserted, &HashKey),
    (member, from): (Id<kind::Member>, Whence),
    acting: &mut Acting<'_>,
) -> Result<Secret, EnterError> {
    identity::use_up(tx, asserted, acting.now).await?;
    let begun = Begun {
        surface: Surface::Portal,
        member,
        second_factor: false,
        word: Some(asserted.word()),
        from,
    };
    let rng: &mut dyn CryptoRng = &mut *acting.rng;
    Ok(session::start(tx, hash_key, begun, acting.now, rng).await?)
}

async fn record(
    tx: &mut TenantTx,
    action: &'static str,
    (member, detail): (&Member, Value),
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let person = Person {
        tenant: tx.tenant(),
        member: member.id,
        name: member.name.to_string(),
    };
    let deed = Deed {
        action,
        object: member.id.to_string(),
        environment: None,
        reason: "",
        detail,
    };
    acting.record_as(tx, Actor::Person(&person), deed).await
}
