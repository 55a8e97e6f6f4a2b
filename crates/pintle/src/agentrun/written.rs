//! The objects of plans as text.

use std::collections::HashSet;

use pintle_agentrun::Plan;
use pintle_manifest::typed::Raw;
use serde::Serialize;
use serde_json::{Value, json};

use crate::print::Failure;

/// In what form objects are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Yaml,
    Json,
}

impl Form {
    /// Finds a form by the value of `--output`.
    ///
    /// # Errors
    ///
    /// A word that stands for none.
    pub(crate) fn by_name(name: Option<&str>) -> Result<Self, Failure> {
        match name {
            None | Some("" | "yaml") => Ok(Self::Yaml),
            Some("json") => Ok(Self::Json),
            Some(other) => {
                Err(Failure(format!("--output {other} is unknown: there are yaml and json")))
            }
        }
    }
}

/// Gives the objects of plans in the order in which they are created; what several runs share is there once.
///
/// # Errors
///
/// None that a plan can bring about.
pub(crate) fn objects<'p>(plans: impl Iterator<Item = &'p Plan>) -> Result<Vec<Value>, Failure> {
    fn add<T: Serialize>(all: &mut Vec<Value>, object: &T) -> Result<(), Failure> {
        all.push(serde_json::to_value(object)?);
        Ok(())
    }
    let mut all = Vec::new();
    for plan in plans {
        plan.service_account.iter().try_for_each(|object| add(&mut all, object))?;
        plan.role.iter().try_for_each(|object| add(&mut all, object))?;
        plan.role_binding.iter().try_for_each(|object| add(&mut all, object))?;
        plan.workspace.iter().try_for_each(|object| add(&mut all, object))?;
        plan.network_policy.iter().try_for_each(|object| add(&mut all, object))?;
        plan.cilium_network_policy.iter().try_for_each(|object| add(&mut all, object))?;
        for planned in &plan.jobs {
            planned.config_maps.iter().try_for_each(|object| add(&mut all, object))?;
            add(&mut all, &planned.job)?;
        }
    }
    let mut seen = HashSet::new();
    all.retain(|object| seen.insert(object.to_string()));
    Ok(all)
}

/// Writes objects: a document each, or a list.
///
/// # Errors
///
/// None that an object can bring about.
pub(crate) fn write(objects: Vec<Value>, form: Form) -> Result<String, Failure> {
    if form == Form::Json {
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
        return Ok(serde_json::to_string_pretty(&list)? + "\n");
    }
    let mut text = String::new();
    for object in objects {
        let Raw(value) = serde_json::from_value(object)?;
        text.push_str("---\n");
        text.push_str(&pintle_yaml::to_string(&value)?);
    }
    Ok(text)
}
