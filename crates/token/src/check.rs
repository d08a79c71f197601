//! An identifier that is an address is looked at before anything is said about the client: discovery is asked to, and the
//! sign-in is parked meanwhile. This plane fetches nothing; it reads how the look ended.

use chrono::Duration;
use narthex_tenancy::{TenantTx, environment};
use narthex_vocab::{ClientId, DocumentUrl, Id, Parked, Timestamp};
use rand_core::CryptoRng;

use crate::authorize::request::AuthorizationRequest;
use crate::call::Call;
use crate::client::Standing;
use crate::page_error::PageError;
use crate::signed_in::SignedIn;
use crate::store;
use crate::store::parked::ParkedSignIn;

/// A look this young counts for whoever comes now, however it ended.
const YOUNG: Duration = Duration::seconds(10);
/// A sign-in that waits for a look.
const PARKED: Duration = Duration::hours(1);

/// How the last look at an address ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LastLook {
    pub(crate) at: Timestamp,
    /// Until when what was found counts; `None` when nothing was ever found.
    pub(crate) fresh_until: Option<Timestamp>,
    /// Why it found no document, for people.
    pub(crate) refusal: Option<String>,
}

impl LastLook {
    /// Whether it counts for somebody who came at that time.
    pub(crate) fn counts_for(&self, came: Timestamp) -> bool {
        self.at >= came - YOUNG
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        self.fresh_until.is_some_and(|until| until > now) || self.counts_for(now)
    }
}

/// A person before a client whose address has to be looked at first.
pub(crate) struct Unchecked {
    pub(crate) person: SignedIn,
    pub(crate) request: AuthorizationRequest,
    pub(crate) url: DocumentUrl,
}

/// The address to look at before this client goes on. What somebody decided stands, whatever its document says now.
pub(crate) async fn address_to_check(
    tx: &mut TenantTx,
    call: Call<'_>,
    (id, standing): (&ClientId, &Standing),
) -> Result<Option<DocumentUrl>, PageError> {
    let at = call.place.environment;
    let Some(url) = id.document_url() else {
        return Ok(None);
    };
    let check = match standing {
        Standing::Approved(_) | Standing::Stopped(_) => false,
        Standing::Unknown => environment::load(tx, at).await?.client_documents,
        Standing::Undecided(client) => {
            let last = store::document::last_look(tx, at, &url).await?;
            client.waiting && !last.is_some_and(|last| last.is_fresh(call.now))
        }
    };
    Ok(check.then_some(url))
}

/// Orders a look at the address of a client that goes on with what was approved of it: what its document says now is
/// compared with that.
pub(crate) async fn look_again(
    tx: &mut TenantTx,
    call: Call<'_>,
    (client, url): (&ClientId, &DocumentUrl),
    rng: &mut dyn CryptoRng,
) -> Result<(), PageError> {
    let at = call.place.environment;
    let standing = store::client::find(tx, at, client, call.now).await?;
    let last = store::document::last_look(tx, at, url).await?;
    let fresh = last.is_some_and(|last| last.is_fresh(call.now));
    if matches!(standing, Standing::Approved(_)) && !fresh {
        store::fetch_order::insert(tx, (at, url), Id::new(call.now, rng), call.now).await?;
    }
    Ok(())
}

/// Orders the look, unless one just ended, and parks the sign-in.
pub(crate) async fn check(
    tx: &mut TenantTx,
    call: Call<'_>,
    unchecked: Unchecked,
    rng: &mut dyn CryptoRng,
) -> Result<Id<Parked>, PageError> {
    let Unchecked {
        person,
        request,
        url,
    } = unchecked;
    let at = call.place.environment;
    let last = store::document::last_look(tx, at, &url).await?;
    if !last.is_some_and(|last| last.counts_for(call.now)) {
        let order = Id::new(call.now, rng);
        store::fetch_order::insert(tx, (at, &url), order, call.now).await?;
    }
    let parked = ParkedSignIn {
        id: Id::new(call.now, rng),
        member: person.member.id,
        request,
        created_at: call.now,
        expires_at: call.now + PARKED,
    };
    store::parked::insert(tx, at, &parked).await?;
    Ok(parked.id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::kept(600, Some(1), true)]
    #[case::over(600, Some(-1), false)]
    #[case::over_and_just_looked(9, Some(-1), true)]
    #[case::nothing_there(11, None, false)]
    #[case::nothing_there_just_now(10, None, true)]
    fn a_look_counts_for_a_while(
        #[case] seconds_ago: i64,
        #[case] fresh_for: Option<i64>,
        #[case] fresh: bool,
    ) {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let look = LastLook {
            at: now - Duration::seconds(seconds_ago),
            fresh_until: fresh_for.map(|seconds| now + Duration::seconds(seconds)),
            refusal: None,
        };
        assert_eq!(look.is_fresh(now), fresh);
    }
}
