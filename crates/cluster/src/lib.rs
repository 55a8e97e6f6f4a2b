//! Releases on a cluster: objects are applied, waited for and deleted, and Helm's records say what is there.
//!
//! What is applied comes from elsewhere, as text: this crate knows nothing of charts.

pub mod action;
pub mod apply;
mod client;
mod config;
mod discovery;
mod error;
pub mod exec;
pub mod files;
mod lease;
pub mod live;
pub mod logs;
mod merge;
pub mod object;
pub mod ownership;
pub mod progress;
pub mod release;
pub mod status;
pub mod wait;
mod watch;

pub use client::{Client, FIELD_MANAGER, ServerVersion};
pub use config::Connection;
pub use discovery::{Discovery, Resource};
pub use error::{Error, Status, StatusCause, StatusDetails};
pub use object::Target;
pub use progress::{Change, Reporter, Silent};
pub use status::{ObjectStatus, State, status_of};
pub use wait::{Goal, Strategy, wait};
