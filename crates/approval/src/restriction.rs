//! What changed under an approved client and was not agreed to: its document says something else, cannot be read or is at a
//! host that is blocked, a host of it is no longer proved, nobody answers for it any more, or a tool of it has another
//! schema. What that does meanwhile its environment has chosen: nothing, people are asked again, or nothing new begins. A
//! client that is limited for two causes goes on when both are gone. It never gives a client anything, and lets none go on
//! that a person stopped.

use narthex_tenancy::{StoreError, TenantTx, change_rules};
use narthex_vocab::{
    Change, ClientId, ClientState, Drift, Environment, GrantType, HostName, Meanwhile, Timestamp,
};

use crate::store::{
    self,
    asked_anew::What,
    client::{Arrow, Standing},
};

/// A client's place and name.
pub(crate) type At<'a> = (Environment, &'a ClientId);

/// What changed under a client.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cause<'a> {
    /// Its document says something else than was approved.
    Document,
    /// Its document could not be read for days.
    Silence,
    /// Its document is at a host that people block: nobody looks there.
    Blocked,
    /// The proof of this host has lapsed.
    Proof(&'a HostName),
    /// Nobody answers for this integration any more: its own, or of a client above it.
    Sponsor(&'a str),
    /// This tool, by resource and name, has another schema.
    Tool(&'a str),
}

impl<'a> Cause<'a> {
    /// As stored in `registry.restriction`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Silence => "silence",
            Self::Blocked => "blocked",
            Self::Proof(_) => "proof",
            Self::Sponsor(_) => "sponsor",
            Self::Tool(_) => "tool",
        }
    }

    /// The host, the integration or the tool that it is about, or nothing.
    pub(crate) fn about(self) -> &'a str {
        match self {
            Self::Document | Self::Silence | Self::Blocked => "",
            Self::Proof(host) => host.as_str(),
            Self::Sponsor(about) | Self::Tool(about) => about,
        }
    }

    /// What an owner chooses for; a document is what it says, and nobody chooses what a block does.
    const fn change(self) -> Option<Change> {
        match self {
            Self::Document | Self::Blocked => None,
            Self::Silence => Some(Change::Silence),
            Self::Proof(_) => Some(Change::Proof),
            Self::Sponsor(_) => Some(Change::Owner),
            Self::Tool(_) => Some(Change::Tool),
        }
    }
}

/// A change as it was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    cause: Cause<'a>,
    /// What people read.
    reason: &'a str,
    /// What the document says, where it is one.
    drifts: &'a [Drift],
    /// It says something that was not seen before.
    anew: bool,
}

impl<'a> Found<'a> {
    pub(crate) const fn of(cause: Cause<'a>, reason: &'a str) -> Self {
        Self {
            cause,
            reason,
            drifts: &[],
            anew: false,
        }
    }

    /// A document that says something else.
    pub(crate) const fn document(drifts: &'a [Drift], reason: &'a str, anew: bool) -> Self {
        Self {
            cause: Cause::Document,
            reason,
            drifts,
            anew,
        }
    }

    fn changes(&self) -> impl Iterator<Item = Change> {
        let said = self.drifts.iter().filter_map(Drift::change);
        said.chain(self.cause.change())
    }

    fn what(&self) -> Vec<What<'a>> {
        let said = self.drifts.iter().filter_map(What::of_drift);
        let about = match self.cause {
            Cause::Proof(_) | Cause::Tool(_) => self.cause.about(),
            Cause::Document | Cause::Silence | Cause::Blocked | Cause::Sponsor(_) => "",
        };
        let bare = self.cause.change().map(|change| What::bare(change, about));
        said.chain(bare).collect()
    }
}

/// The act of the ledger that a change is.
pub(crate) const fn action(effect: Meanwhile) -> &'static str {
    match effect {
        Meanwhile::GoesOn => "client.note_change",
        Meanwhile::AskedAgain => "client.ask_anew",
        Meanwhile::Pauses => "client.restrict",
    }
}

/// Takes a change up, and does what the environment has chosen. Says what that is where it is new, or stricter than
/// before: what a change does is never loosened while it is there.
pub(crate) async fn limit(
    tx: &mut TenantTx,
    at @ (environment, client_id): At<'_>,
    found: Found<'_>,
    now: Timestamp,
) -> Result<Option<Meanwhile>, StoreError> {
    let rules = change_rules::load(tx, environment).await?;
    let client = store::client::load(tx, environment, client_id).await?;
    let chosen = rules.of_all(found.changes()).unwrap_or(Meanwhile::Pauses);
    let chosen = for_client(&client, chosen);
    let before = store::restriction::effect(tx, at, found.cause).await?;
    let effect = before.map_or(chosen, |before| before.max(chosen));
    let new = found.anew || before != Some(effect);
    let cause = (found.cause, found.reason);
    if before.is_none() {
        store::restriction::insert(tx, at, cause, (effect, now)).await?;
    } else if new {
        store::restriction::update(tx, at, cause, effect).await?;
    }
    if new && effect == Meanwhile::AskedAgain {
        let what = found.what();
        let same = before == Some(effect) && store::asked_anew::is_last(tx, at, &what).await?;
        if !same {
            store::asked_anew::insert(tx, at, (client.approval, &what), now).await?;
        }
    }
    settle(tx, at, now).await?;
    Ok(new.then_some(effect))
}

/// There are no people to ask where a client acts for itself.
fn for_client(client: &Standing, chosen: Meanwhile) -> Meanwhile {
    if client.metadata.allows(GrantType::ClientCredentials) {
        chosen.without_people()
    } else {
        chosen
    }
}

/// A version of a client's case was approved. Where the environment asks people on a change that came with it they are
/// asked from now on, unless they were when it was found.
pub(crate) async fn ask_of_renewal(
    tx: &mut TenantTx,
    at @ (environment, client_id): At<'_>,
    before: &Standing,
    now: Timestamp,
) -> Result<Vec<Change>, StoreError> {
    let rules = change_rules::load(tx, environment).await?;
    let after = store::client::load(tx, environment, client_id).await?;
    let told = store::asked_anew::told(tx, at, before.approval).await?;
    let drifts = Drift::of_replacement(&before.metadata, &after.metadata);
    let asked = drifts.iter().filter_map(What::of_drift);
    let asked = asked.filter(|what| rules.of(what.change) == Meanwhile::AskedAgain);
    let asked: Vec<_> = asked.filter(|what| !what.is_told(&told)).collect();
    store::asked_anew::insert(tx, at, (before.approval, &asked), now).await?;
    Ok(asked.iter().map(|what| what.change).collect())
}

/// A client below another begins with what is there because nobody answers for that one.
pub(crate) async fn inherit(
    tx: &mut TenantTx,
    at: At<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (about, reason) in store::restriction::above(tx, at).await? {
        let found = Found::of(Cause::Sponsor(&about), &reason);
        limit(tx, at, found, now).await?;
    }
    Ok(())
}

/// Takes a cause away. False when the client did not have it. What people have to allow anew they still have to.
pub(crate) async fn lift(
    tx: &mut TenantTx,
    at: At<'_>,
    cause: Cause<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let gone = store::restriction::delete(tx, at, cause).await?;
    settle(tx, at, now).await?;
    Ok(gone)
}

/// Puts a client where its causes put it: limited while one pauses it. What waits for credentials, is suspended or has
/// ended stays as it is.
pub(crate) async fn settle(
    tx: &mut TenantTx,
    at @ (environment, client_id): At<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let from = store::client::load(tx, environment, client_id).await?.state;
    let reasons = store::restriction::reasons(tx, at).await?;
    let to = match (from, reasons.is_empty()) {
        (ClientState::Active | ClientState::Restricted, false) => ClientState::Restricted,
        (ClientState::Restricted, true) => ClientState::Active,
        _ => return Ok(()),
    };
    let reason = (!reasons.is_empty()).then(|| reasons.join(" "));
    let arrow = Arrow {
        from,
        to,
        reason: reason.as_deref(),
        held_by_staff: false,
    };
    if store::client::advance(tx, environment, client_id, arrow, now).await? {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}
