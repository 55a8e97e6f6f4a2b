//! Runs of agents: the custom resources of `agents.proompteng.ai`, and the Kubernetes objects that one run becomes.
//!
//! A run names an agent, the agent a provider; what neither says comes from the settings of the chart `agents`. [`Plan`]
//! is what a controller would create for the run, with a report of which layer gave each field.
//!
//! This crate asks nobody: no cluster, no clock, no files. Whoever calls brings the resources.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

pub mod api;
mod fault;
mod plan;
pub mod settings;

pub use fault::{Fault, Faults, Reason};
pub use plan::{Attempt, Inputs, Layer, Origin, Place, Plan, PlannedJob, plan};
pub use settings::Settings;
