//! Invitations: a single-use link that makes a person a member of a tenant and lets them choose a password. The link's
//! token is stored as a keyed hash; an invitation never overwrites an existing person.

use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx, member, member::Member, permission::Role};
use narthex_vocab::{Email, HashKey, Id, Label, Secret, SecretKind, Timestamp, kind};
use rand_core::CryptoRng;

use crate::store;

/// How long an invitation can be accepted.
pub const LIFETIME: Duration = Duration::days(7);

/// Whom to invite as what.
#[derive(Debug, Clone)]
pub struct Invite {
    /// The address it is for; accepting does not change it.
    pub email: Email,
    /// The portal role it gives; `None` invites an end user.
    pub role: Option<Role>,
    /// Who invites, as the page will show.
    pub invited_by: String,
}

/// An invitation that can still be accepted.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Its identity.
    pub id: Id<kind::Invitation>,
    /// Whom and as what.
    pub invite: Invite,
    /// Until when.
    pub expires_at: Timestamp,
}

/// An invitation in the list of those who invite.
#[derive(Debug, Clone)]
pub struct Pending {
    /// What it is.
    pub invitation: Invitation,
    /// When the invited person asked for a new one, after its end.
    pub asked_again_at: Option<Timestamp>,
}

/// How long after its end the invited person may ask for a new one.
pub const LATE: Duration = Duration::days(30);

/// Why an invitation leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum InvitationError {
    /// Unknown, used or expired: not told apart.
    #[error("this invitation has been used or has expired")]
    Gone,
    /// The person is a member already.
    #[error("there is a member with this address already")]
    AlreadyMember,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The most invitations in a day: of one address, whose mailbox they fill, and of a tenant.
const MOST: (usize, usize) = (3, 100);

/// Whether this address, or the tenant, was invited as often as may be within the last day.
pub async fn too_often(
    tx: &mut TenantTx,
    email: &Email,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (one, all) = store::invitation::since(tx, email, now - Duration::days(1)).await?;
    Ok(one >= MOST.0 || all >= MOST.1)
}

/// Writes an invitation and returns the link's token, which is not stored.
pub async fn create(
    tx: &mut TenantTx,
    hash_key: &HashKey,
    invite: Invite,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<Secret, StoreError> {
    let token = Secret::generate(SecretKind::Invitation, rng);
    let invitation = Invitation {
        id: Id::new(now, rng),
        invite,
        expires_at: now + LIFETIME,
    };
    store::invitation::insert(tx, &invitation, &token.hash(hash_key), now).await?;
    Ok(token)
}

/// Ends the invitations that would give this role and were not accepted yet.
pub async fn end_open(tx: &mut TenantTx, role: Role, now: Timestamp) -> Result<(), StoreError> {
    store::invitation::end_all(tx, role, now).await
}

/// The invitations that somebody can accept or asks to have anew, the newest first.
pub async fn pending(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<Pending>, StoreError> {
    store::invitation::pending(tx, now).await
}

/// Ends an invitation that nobody accepted; whom it was for. `None` when it is over already.
pub async fn end(
    tx: &mut TenantTx,
    invitation: Id<kind::Invitation>,
    now: Timestamp,
) -> Result<Option<Invitation>, StoreError> {
    store::invitation::end(tx, invitation, now).await
}

/// Whether the link's invitation ended by itself, not long ago: whoever holds the link may ask for a new one.
pub async fn is_late(
    tx: &mut TenantTx,
    hash_key: &HashKey,
    token: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match Secret::parse(SecretKind::Invitation, token) {
        Ok(token) => store::invitation::is_late(tx, &token.hash(hash_key), now, now - LATE).await,
        Err(_) => Ok(false),
    }
}

/// Notes for those who invite that the invited person came too late and wants a new link. `false` when the link is not
/// such a one; asking twice is no error.
pub async fn ask_again(
    tx: &mut TenantTx,
    hash_key: &HashKey,
    token: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match Secret::parse(SecretKind::Invitation, token) {
        Ok(token) => store::invitation::ask_again(tx, &token.hash(hash_key), now, now - LATE).await,
        Err(_) => Ok(false),
    }
}

/// The invitation behind a link, for its page.
pub async fn open(
    tx: &mut TenantTx,
    hash_key: &HashKey,
    token: &str,
    now: Timestamp,
) -> Result<Invitation, InvitationError> {
    let token = Secret::parse(SecretKind::Invitation, token).map_err(|_| InvitationError::Gone)?;
    store::invitation::find(tx, &token.hash(hash_key), now)
        .await?
        .ok_or(InvitationError::Gone)
}

/// Uses the invitation up and writes the person with the password they chose (already hashed).
pub async fn accept(
    tx: &mut TenantTx,
    invitation: &Invitation,
    name: Label,
    password_hash: &str,
    made: (Timestamp, &mut dyn CryptoRng),
) -> Result<Member, InvitationError> {
    let (now, rng) = made;
    if !store::invitation::use_up(tx, invitation.id, now).await? {
        return Err(InvitationError::Gone);
    }
    let mut member = Member {
        id: Id::new(now, rng),
        email: invitation.invite.email.clone(),
        name,
        role: invitation.invite.role,
    };
    if !member::rejoin(tx, &mut member, now).await? {
        member::create(tx, &member, now)
            .await
            .map_err(|error| match error.constraint() {
                Some("member_tenant_id_email_key") => InvitationError::AlreadyMember,
                _ => InvitationError::Store(error),
            })?;
    }
    store::account::set_password(tx, member.id, password_hash).await?;
    Ok(member)
}
