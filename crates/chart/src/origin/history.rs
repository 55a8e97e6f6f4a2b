//! What each layer did to one key.

use std::fmt;

use pintle_yaml::{Map, Value};

use super::marks::{Marks, SiteId};
use super::{Origin, Origins};
use crate::value_path::ValuePath;

/// What one layer did to a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Touch {
    /// where the layer gives the key, or the key above it that it gives a value that is no map
    pub origin: Origin,
    /// the key it gives a value: the one asked for, or one above it
    pub path: ValuePath,
    /// the value
    pub value: Value,
    /// what came of it
    pub effect: Effect,
    /// whether it is this layer's value that a render sees, or its null that left none
    pub has_won: bool,
}

/// What came of a value that a layer gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// there was none before
    Set,
    /// it took the place of another
    Replaced,
    /// a map was merged with the one before
    Merged,
    /// a null took the value before away
    Deleted,
    /// nothing: a null that met nothing, or a value that Helm passes over
    Nothing,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set => "set",
            Self::Replaced => "replaced",
            Self::Merged => "merged",
            Self::Deleted => "deleted",
            Self::Nothing => "no effect",
        })
    }
}

/// What is at a path, as far as marks tell one thing from another.
#[derive(Debug, Clone, PartialEq)]
enum Seen {
    Nothing,
    Null,
    Map(Vec<SiteId>),
    Other(Value),
}

impl Seen {
    fn at(values: &Map, path: &ValuePath) -> Self {
        match path.find(values) {
            None => Self::Nothing,
            Some(Value::Null) => Self::Null,
            Some(Value::Map(map)) => Self::Map(Marks::sites_of_map(map).collect()),
            Some(other) => Self::Other(other.clone()),
        }
    }
}

impl Origins {
    /// Gives what every layer did that has the key at a path, or something in its way, the weakest layer first.
    ///
    /// Each layer runs through merging twice, so this is for one key, not for all.
    pub fn history(&self, path: &ValuePath) -> Vec<Touch> {
        let mut history: Vec<Touch> = Vec::new();
        let mut before = Seen::Nothing;
        let mut n_done = 0;
        let mut touches = self.layers.touches(&self.marks, path);
        let winner = self.site_of(path);
        // What Helm carries from one chart's globals into another's shows only where both are there.
        if let Some((id, site)) = winner.and_then(|id| Some((id, self.marks.site(id)?)))
            && touches.iter().all(|(layer, ..)| *layer != site.layer)
        {
            touches.push((site.layer, id, path.0.len()));
            touches.sort_by_key(|(layer, ..)| *layer);
        }
        let mut ids = Vec::new();
        for (n, id, n_steps) in touches {
            let Some(site) = self.marks.site(id) else { continue };
            // Layers in between do not touch the key; yet a layer may need them to be understood at all.
            let after = self.layers.up_to(n + 1).map(|values| Seen::at(&values, path));
            let after = after.unwrap_or_else(|_| before.clone());
            let is_null = site.value.is_null();
            let effect = match (&before, &after) {
                (Seen::Nothing, Seen::Nothing) => Effect::Nothing,
                (before, after) if before == after => Effect::Nothing,
                (_, Seen::Nothing) if is_null || n_steps < path.0.len() => Effect::Deleted,
                (Seen::Nothing, _) => Effect::Set,
                (Seen::Map(_), Seen::Map(_)) => Effect::Merged,
                _ => Effect::Replaced,
            };
            if matches!(effect, Effect::Deleted | Effect::Replaced) {
                nobody_has_won(&mut history);
            }
            let mut shown = ValuePath(path.0[..n_steps].to_vec());
            // A layer that sets one item of a list touches no more than that.
            let own = self.marks.path(id).0;
            let suffix = (0..shown.0.len()).find(|n| own.starts_with(&shown.0[*n..]));
            if let Some(n) = suffix {
                let more = own[shown.0.len() - n..].to_vec();
                shown.0.extend(more);
            }
            let has_won = match &after {
                Seen::Nothing => effect == Effect::Deleted,
                Seen::Map(ids) => ids.contains(&id),
                Seen::Null => is_null,
                Seen::Other(_) => winner == Some(id) || effect != Effect::Nothing,
            };
            if has_won && !matches!(after, Seen::Map(_)) {
                nobody_has_won(&mut history);
            }
            history.push(Touch {
                origin: self.origin(id, &shown),
                path: shown,
                value: site.value.clone(),
                effect,
                has_won,
            });
            ids.push(id);
            before = after;
            n_done = n + 1;
        }
        // Layers behind the last that touches the key leave it as it is; if not, nobody has won.
        if n_done < self.layers.all.len() && Seen::at(&self.marked, path) != before {
            nobody_has_won(&mut history);
        }
        if history.iter().all(|touch| !touch.has_won)
            && let Some(n) = ids.iter().position(|id| Some(*id) == winner)
        {
            history[n].has_won = true;
        }
        history
    }
}

fn nobody_has_won(history: &mut [Touch]) {
    for touch in history {
        touch.has_won = false;
    }
}
