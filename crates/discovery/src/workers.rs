//! What the public plane does by itself: it carries out orders of the approval plane, a few at once. A lost notice is
//! sent again by who ordered. It holds no key and no secret.

use std::sync::Arc;

use actix_web::web::Data;
use narthex_tenancy::{
    StoreError, ambient,
    listen::{Hint, listen},
};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    Discovery,
    fetch_orders::{self, OrderRef},
};

/// Orders that are carried out at once.
const AT_ONCE: usize = 8;
const CHANNELS: &[&str] = &["narthex_order"];

/// Works until the process ends. `listen_url` is a connection of `narthex_discovery` that no pooler sits before.
pub async fn run(discovery: Data<Discovery>, listen_url: String) {
    let mut hints = listen(listen_url, CHANNELS);
    let places = Arc::new(Semaphore::new(AT_ONCE));
    // Dropped with this future: work that is not done then is ordered again.
    let mut working = JoinSet::new();
    while let Some(hint) = hints.recv().await {
        while working.try_join_next().is_some() {}
        let Hint::Notice { payload, .. } = hint else {
            continue;
        };
        let Some(order) = OrderRef::parse(&payload) else {
            continue;
        };
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let discovery = discovery.clone();
        working.spawn(async move {
            let _place = place;
            if let Err(error) = carry_out(&discovery, order).await {
                tracing::warn!(order = %order.id, %error, "an order was not carried out");
            }
        });
    }
}

async fn carry_out(discovery: &Discovery, order: OrderRef) -> Result<(), StoreError> {
    let Some(host) = fetch_orders::claim(discovery, order, ambient::now()).await? else {
        return Ok(());
    };
    let seen = fetch_orders::look(&discovery.guard, &host).await;
    let answered = fetch_orders::answer(discovery, order, &seen, ambient::now()).await?;
    tracing::info!(order = %order.id, %host, answered, "looked at a host");
    Ok(())
}
