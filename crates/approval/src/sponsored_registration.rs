//! A registration that somebody answers for becomes a case at once. An initial access token brought it: its sponsor is
//! the token's, its wish is cut to the token's ceiling and to what the client above it has. A client brought it with an
//! access token of its own: its sponsor is that client's, and there is no other ceiling. It never approves: screening
//! and people do.

use std::collections::BTreeMap;

use narthex_policy::Origin;
use narthex_tenancy::{StoreError, TenantTx, catalogue, member};
use narthex_vocab::{ClientId, Environment, Id, QuarantineState, Scope, ScopeSet, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    integration::{Integration, Operator},
    onboard,
    open_registration::name,
    prose::{Purpose, ScopeReason},
    reach::{Ask, Asked, UnknownReach},
    request::{AccessRequest, ComesFrom, RequestRef},
    screen::Screened,
    store::{self, initial_access_token::Token, quarantine::Waiting},
};

/// The registration to look at, in the transaction's tenant.
#[derive(Debug, Clone)]
pub struct TakeUp {
    /// The environment it registered in.
    pub environment: Environment,
    /// Its identifier.
    pub client_id: ClientId,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum TakenUp {
    /// There is a case now; screening has left it here.
    Screened(Screened),
    /// No token brought it, or it does not wait: nothing was done.
    NotForUs,
    /// Its sponsor has left: it waits, and ends as it is unless somebody else answers for it.
    NoSponsor,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum TakeUpError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The catalogue changed meanwhile.
    #[error(transparent)]
    UnknownReach(#[from] UnknownReach),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the case of a registration and screens it.
pub async fn take_up(
    tx: &mut TenantTx,
    command: TakeUp,
    acting: &mut Acting<'_>,
) -> Result<TakenUp, TakeUpError> {
    acting.itself()?;
    let TakeUp {
        environment,
        client_id,
    } = command;
    let waiting = store::quarantine::load(tx, environment, &client_id).await?;
    let Some(token) = waiting.initial_access else {
        return Ok(TakenUp::NotForUs);
    };
    if waiting.expires_at <= acting.now {
        return Ok(TakenUp::NotForUs);
    }
    let token = store::initial_access_token::load(tx, environment, token).await?;
    let Some(sponsor) = sponsor(tx, environment, &token).await? else {
        return Ok(TakenUp::NoSponsor);
    };
    let (from, to) = (QuarantineState::Quarantined, QuarantineState::Linked);
    if !store::quarantine::advance(tx, environment, &client_id, from, to).await? {
        return Ok(TakenUp::NotForUs);
    }
    let asked = asked(tx, environment, &waiting, &token).await?;
    let request = request(
        tx,
        (environment, client_id),
        (waiting, &token, sponsor),
        asked,
        acting,
    )
    .await?;
    let screened = onboard::send(tx, &request, acting).await?;
    Ok(TakenUp::Screened(screened))
}

/// Who answers for it now, and is still there.
async fn sponsor(
    tx: &mut TenantTx,
    environment: Environment,
    token: &Token,
) -> Result<Option<Id<kind::Member>>, StoreError> {
    let sponsor = match &token.parent {
        Some(parent) if token.standing => {
            store::lineage::sponsor_of(tx, environment, parent).await?
        }
        Some(_) | None => Some(token.sponsor),
    };
    let Some(sponsor) = sponsor else {
        return Ok(None);
    };
    match member::load_end_user(tx, sponsor).await {
        Ok(_) => Ok(Some(sponsor)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What it asked for, or all that the token allows when it named nothing; of that, what may be asked for at all.
async fn asked(
    tx: &mut TenantTx,
    environment: Environment,
    waiting: &Waiting,
    token: &Token,
) -> Result<Asked, TakeUpError> {
    let catalogue = catalogue::load(tx, environment).await?;
    let parent = match &token.parent {
        Some(parent) => Some(store::lineage::load(tx, environment, parent).await?),
        None => None,
    };
    let above = parent.as_ref().map(|parent| &parent.scopes);
    let wanted = capped(&waiting.scope, &token.ceiling, above);
    let mut ask = Ask::covering(&wanted, &catalogue);
    if let Some(parent) = &parent {
        ask.tools
            .retain(|tool| parent.tools.iter().any(|(has, _)| has == tool));
    }
    Ok(Asked::look_up(ask, &catalogue)?)
}

fn capped(
    wish: &ScopeSet,
    ceiling: &ScopeSet,
    above: Option<&ScopeSet>,
) -> BTreeMap<Scope, ScopeReason> {
    // Registering others in turn is wished by name or not at all.
    let wished = |scope: &&Scope| {
        if wish.is_empty() {
            !scope.registers()
        } else {
            wish.contains(scope)
        }
    };
    let had = |scope: &&Scope| above.is_none_or(|above| above.contains(scope));
    ceiling
        .iter()
        .filter(wished)
        .filter(had)
        .map(|scope| (scope.clone(), ScopeReason::default()))
        .collect()
}

async fn request(
    tx: &mut TenantTx,
    (environment, client_id): (Environment, ClientId),
    (waiting, token, sponsor): (Waiting, &Token, Id<kind::Member>),
    asked: Asked,
    acting: &mut Acting<'_>,
) -> Result<AccessRequest, StoreError> {
    let integration = Integration {
        id: acting.id(),
        name: name(&waiting.metadata, &client_id)?,
        purpose: purpose(token),
        operator: Operator::Agent,
        origin: Origin::Token,
        sponsor: Some(sponsor),
    };
    store::integration::insert(tx, &integration, acting.now).await?;
    onboard::record(tx, &integration, acting).await?;
    let at = RequestRef {
        environment,
        id: acting.id(),
        version: 1,
    };
    let deed = Deed {
        action: "quarantine.take_up",
        object: client_id.to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({
            "integration": integration.id, "request": at.id, "sponsor": sponsor,
            "initial_access_token": token.id, "parent": token.parent,
        }),
    };
    acting.record(tx, deed).await?;
    let comes = ComesFrom {
        origin: Origin::Token,
        client_id: Some(client_id),
        requested_by: Some(sponsor),
    };
    Ok(AccessRequest::submitted(
        at,
        integration.id,
        comes,
        waiting.metadata,
        asked,
    ))
}

fn purpose(token: &Token) -> Purpose {
    let words = match &token.parent {
        Some(parent) if token.standing => {
            format!(
                "Registered by {} ({parent}) with its own access token.",
                token.label
            )
        }
        Some(_) | None => format!("Registered with the initial access token {}.", token.label),
    };
    Purpose::parse(&words).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", "a b", None, "a b")]
    #[case("a c", "a b", None, "a")]
    #[case("c", "a b", None, "")]
    #[case("", "a b", Some("b c"), "b")]
    #[case("a b", "a b", Some("a"), "a")]
    #[case("a", "", None, "")]
    #[case("", "a narthex:register", None, "a")]
    #[case(
        "narthex:register",
        "a narthex:register",
        Some("narthex:register"),
        "narthex:register"
    )]
    #[case("narthex:register", "a narthex:register", Some("a"), "")]
    fn a_wish_is_cut_to_the_ceiling_and_to_the_parent(
        #[case] wish: &str,
        #[case] ceiling: &str,
        #[case] above: Option<&str>,
        #[case] expected: &str,
    ) {
        let set = |text: &str| ScopeSet::parse(text).unwrap();
        let above = above.map(set);
        let capped = capped(&set(wish), &set(ceiling), above.as_ref());
        let scopes: ScopeSet = capped.into_keys().collect();
        assert_eq!(scopes, set(expected));
    }
}
