//! The doors of the plane: one table a listener, each on one screen. A path is on exactly one of them.

mod api;
pub mod dashboard;
pub mod portal;
mod portal_api;
