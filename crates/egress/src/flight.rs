//! One fetch for all who ask for the same thing at the same time. What it brought is kept for nobody who comes later.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::error::FetchError;
use crate::fetched::{FetchKind, Fetched};

type Outcome = Result<Fetched, FetchError>;
type Flight = (String, FetchKind);

/// The fetches that are under way, by address and kind.
#[derive(Default)]
pub(crate) struct Flights(Mutex<HashMap<Flight, Arc<OnceCell<Outcome>>>>);

impl Flights {
    /// Joins the flight, or begins it. A caller that goes away leaves it to the next one.
    pub(crate) async fn share<F>(&self, flight: Flight, begin: impl FnOnce() -> F) -> Outcome
    where
        F: Future<Output = Outcome>,
    {
        let cell = {
            let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Whoever flies holds its cell; what nobody holds was left.
            flights.retain(|_, cell| Arc::strong_count(cell) > 1);
            Arc::clone(flights.entry(flight.clone()).or_default())
        };
        let outcome = cell.get_or_init(begin).await.clone();
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if flights
            .get(&flight)
            .is_some_and(|own| Arc::ptr_eq(own, &cell))
        {
            flights.remove(&flight);
        }
        outcome
    }
}
