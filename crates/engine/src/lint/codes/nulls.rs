//! `null-deletes-default`, `null-dropped`: what becomes of nulls when values meet defaults.

use pintle_chart::Chart;
use pintle_yaml::{Map, NodeKind, Resolved, Style, Value};

use super::desk::{Desk, PaperId};
use super::keys::{key_name, path_of};
use super::table::{NULL_DELETES_DEFAULT, NULL_DROPPED};
use super::{Known, Whose};
use crate::Profile;
use crate::lint::reads::{Reads, Spots};

/// How many nulls of a file are looked at.
const MAX_NULLS: usize = 20_000;

/// How deep nulls are looked for.
const MAX_DEPTH: usize = 64;

/// A null in a file of values.
struct Null {
    /// where its key is
    offset: usize,
    path: Vec<String>,
    /// whether a template hands a map on that it stands in, and none asks for the key
    is_seen: bool,
}

/// Looks through the files of values.
pub(super) fn check(
    desk: &mut Desk<'_>,
    chart: &Chart,
    known: &Known,
    reads: Option<&Reads>,
    profile: &Profile,
) {
    for paper in desk.values_papers() {
        for null in nulls(desk, paper, reads) {
            let judged = match desk.papers[paper].whose {
                Whose::User => of_user(&null, known),
                Whose::Chart => of_chart(&null, chart, known, profile),
            };
            if let Some((code, message)) = judged {
                desk.note(code, paper, null.offset, message);
            }
        }
    }
}

type Judged = Option<(&'static super::Code, String)>;

fn of_user(null: &Null, known: &Known) -> Judged {
    // A later file or a flag may have something else there.
    if !matches!(at(&known.user, &null.path), Some(Value::Null)) {
        return None;
    }
    let path = null.path.iter().fold(String::new(), |path, key| path_of(&path, key));
    let has_default = known.defaults.iter().any(|values| has(values, &null.path));
    let has_value = known.values.iter().any(|values| has(values, &null.path));
    let is_kept = known.values.iter().any(|values| at(values, &null.path).is_some());
    match (has_default, has_value) {
        (true, false) => {
            Some((&NULL_DELETES_DEFAULT, format!("this null takes the default of `{path}` away")))
        }
        (true, true) => Some((
            &NULL_DROPPED,
            format!("this null is dropped, and the default of `{path}` stays"),
        )),
        (false, _) if !is_kept => {
            Some((&NULL_DROPPED, format!("this null is dropped: `{path}` has no default")))
        }
        _ => None,
    }
}

fn of_chart(null: &Null, chart: &Chart, known: &Known, profile: &Profile) -> Judged {
    let path = null.path.iter().fold(String::new(), |path, key| path_of(&path, key));
    if let Some(name) = chart_with_default(chart, &null.path) {
        if at(&known.user, &null.path).is_some() {
            return None;
        }
        let has_value = known.values.iter().any(|values| has(values, &null.path));
        return Some(if has_value {
            let message = format!(
                "this null is dropped, and the default of chart `{name}` for `{path}` stays"
            );
            (&NULL_DROPPED, message)
        } else {
            let message =
                format!("this null takes away the default that chart `{name}` has for `{path}`");
            (&NULL_DELETES_DEFAULT, message)
        });
    }
    let is_kept = known.values.iter().any(|values| at(values, &null.path).is_some());
    (profile.coalesce.drops_null_defaults && null.is_seen && !is_kept).then(|| {
        let message = format!("`{path}` is dropped before a template sees the map it stands in");
        (&NULL_DROPPED, message)
    })
}

/// Finds the chart below that has a default where a path leads.
fn chart_with_default<'c>(chart: &'c Chart, path: &[String]) -> Option<&'c str> {
    let (mut chart, mut path) = (chart, path);
    while let Some((first, rest)) = path.split_first() {
        let requests = &chart.metadata.dependencies;
        let renamed = requests.iter().find(|request| request.alias == *first);
        let name = renamed.map_or(first.as_str(), |request| &request.name);
        chart = chart.dependency(name)?;
        if !rest.is_empty() && has(&chart.values, rest) {
            return Some(chart.name());
        }
        path = rest;
    }
    None
}

fn at<'v>(values: &'v Map, path: &[String]) -> Option<&'v Value> {
    let (last, outer) = path.split_last()?;
    let map = outer.iter().try_fold(values, |map, key| map.get(key)?.as_map())?;
    map.get(last)
}

fn has(values: &Map, path: &[String]) -> bool {
    at(values, path).is_some_and(|value| !value.is_null())
}

/// Finds the nulls in the maps of a file; those within lists stay what they are.
fn nulls(desk: &Desk<'_>, paper: PaperId, reads: Option<&Reads>) -> Vec<Null> {
    let mut nulls = Vec::new();
    for &(start, ref tree) in desk.documents(paper).iter() {
        let Some(root) = tree.root() else { continue };
        let spots = reads.map(|reads| Spots::root(&reads.places));
        let mut open = vec![(root, Vec::new(), spots, false)];
        while let Some((node, path, spots, is_seen)) = open.pop() {
            let is_seen = is_seen || spots.as_ref().is_some_and(Spots::is_handed_on);
            for (key, value) in node.entries() {
                let Some(name) = key_name(key) else { continue };
                if nulls.len() == MAX_NULLS {
                    return nulls;
                }
                match value.kind() {
                    NodeKind::Mapping if path.len() < MAX_DEPTH => {
                        let inner = spots.as_ref().map(|spots| spots.key(&name));
                        open.push((value, [&path[..], &[name]].concat(), inner, is_seen));
                    }
                    NodeKind::Scalar(text, Style::Plain)
                        if Resolved::of_plain(text) == Resolved::Null =>
                    {
                        // A template that asks for the key by its name gets nil either way.
                        let is_asked_for =
                            spots.as_ref().is_some_and(|spots| !spots.key(&name).is_unread());
                        nulls.push(Null {
                            offset: start + key.span().start,
                            path: [&path[..], &[name]].concat(),
                            is_seen: is_seen && !is_asked_for,
                        });
                    }
                    _ => {}
                }
            }
        }
    }
    nulls
}
