//! What the functions of templates give, and what they do with what they are given.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::MAX_TEXTS;
use super::shapes::{Shape, ShapeId, Shapes};
use super::walk::{Use, Walk};

/// How long a text may be that is computed, in bytes; a longer one is not known.
const MAX_TEXT_BYTES: usize = 1_000;

impl Walk<'_, '_> {
    /// Gives what a function gives for its arguments; a function that is not known uses them all.
    pub(super) fn call(
        &mut self,
        name: &str,
        arguments: &[ShapeId],
        text: &str,
        offset: usize,
    ) -> ShapeId {
        match (name, arguments) {
            // What is only asked about is not used: a map that nobody looks into counts as used anyhow.
            (
                "empty" | "not" | "len" | "kindOf" | "kindIs" | "typeOf" | "typeIs" | "typeIsLike",
                _,
            ) => Shapes::OPAQUE,
            (
                "default" | "coalesce" | "or" | "and" | "deepCopy" | "mustDeepCopy" | "required",
                _,
            ) => self.either(arguments.iter().copied()),
            ("ternary", [yes, no, _]) => self.either([*yes, *no]),
            ("merge" | "mergeOverwrite" | "mustMerge" | "mustMergeOverwrite", _) => {
                self.merge(arguments)
            }
            ("include", [template, dot]) => {
                self.include(*template, *dot);
                Shapes::OPAQUE
            }
            ("tpl", [template, dot]) => {
                self.tpl(*template, *dot);
                Shapes::OPAQUE
            }
            ("dict", _) => self.dict(arguments),
            ("set", [map, key, value]) => self.set(*map, *key, *value),
            ("unset" | "omit", [map, ..]) => *map,
            ("pick", [map, keys @ ..]) => self.pick(*map, keys),
            ("index" | "get", [value, keys @ ..]) => {
                let value = keys.iter().fold(*value, |value, key| self.at_key(value, *key));
                self.read(value, text, offset);
                value
            }
            ("dig", [keys @ .., default, map]) => {
                let value = keys.iter().fold(*map, |value, key| self.at_key(value, *key));
                self.read(value, text, offset);
                self.either([value, *default])
            }
            ("hasKey", [map, key]) => {
                let value = self.at_key(*map, *key);
                self.read(value, text, offset);
                Shapes::OPAQUE
            }
            ("pluck", [key, maps @ ..]) => {
                let values: Vec<ShapeId> = maps.iter().map(|map| self.at_key(*map, *key)).collect();
                let item = self.either(values);
                self.list_of(item)
            }
            ("keys", _) => {
                let keys: Vec<ShapeId> = arguments.iter().map(|map| self.key_of(*map)).collect();
                for map in arguments {
                    self.item_of(*map);
                }
                let item = self.either(keys);
                self.list_of(item)
            }
            ("values", [map]) => {
                let item = self.item_of(*map);
                self.list_of(item)
            }
            ("list" | "tuple", _) => {
                let item = self.either(arguments.iter().copied());
                self.list_of(item)
            }
            (
                "append" | "mustAppend" | "push" | "mustPush" | "prepend" | "mustPrepend",
                [list, item],
            ) => {
                let items = self.item_of(*list);
                let item = self.either([items, *item]);
                self.list_of(item)
            }
            ("concat", _) => {
                let items: Vec<ShapeId> =
                    arguments.iter().map(|list| self.item_of(*list)).collect();
                let item = self.either(items);
                self.list_of(item)
            }
            ("first" | "mustFirst" | "last" | "mustLast", [list]) => self.item_of(*list),
            (
                "rest" | "mustRest" | "initial" | "mustInitial" | "reverse" | "mustReverse"
                | "uniq" | "mustUniq" | "compact" | "mustCompact" | "slice" | "mustSlice",
                [list, ..],
            ) => *list,
            ("sortAlpha", [list]) => {
                self.consume(*list, Use::Any);
                *list
            }
            ("without" | "mustWithout", [list, items @ ..]) => {
                for item in items {
                    self.consume(*item, Use::Any);
                }
                *list
            }
            ("print", _) => self.print(arguments),
            ("printf", [format, rest @ ..]) => self.printf(*format, rest),
            (
                "quote" | "squote" | "toString" | "println" | "cat" | "join" | "indent" | "nindent"
                | "trim" | "trimAll" | "trimSuffix" | "trimPrefix" | "replace" | "upper" | "lower"
                | "title" | "nospace" | "b64enc" | "trunc" | "urlquery" | "html" | "js"
                | "toStrings",
                _,
            ) => self.consume_all(arguments, Use::Printed),
            _ => self.consume_all(arguments, Use::Any),
        }
    }

    fn consume_all(&mut self, arguments: &[ShapeId], how: Use) -> ShapeId {
        for argument in arguments {
            self.consume(*argument, how);
        }
        Shapes::OPAQUE
    }

    fn list_of(&mut self, item: ShapeId) -> ShapeId {
        let list = self.found.shapes.add(Shape::List(item));
        if list == Shapes::OPAQUE {
            self.consume(item, Use::Any);
        }
        list
    }

    fn name(&self, key: ShapeId) -> Option<Arc<str>> {
        match self.found.shapes.get(key) {
            Shape::Text(name) => Some(Arc::clone(name)),
            _ => None,
        }
    }

    fn dict_of(&mut self, entries: BTreeMap<Arc<str>, ShapeId>) -> ShapeId {
        self.found.charge(entries.len());
        let values: Vec<ShapeId> = entries.values().copied().collect();
        let dict = self.found.shapes.add(Shape::Dict(entries.into()));
        if dict == Shapes::OPAQUE {
            self.consume_all(&values, Use::Any);
        }
        dict
    }

    fn dict(&mut self, arguments: &[ShapeId]) -> ShapeId {
        let mut entries = BTreeMap::new();
        for pair in arguments.chunks(2) {
            let [key, value] = pair else { continue };
            match self.name(*key) {
                Some(name) => {
                    entries.insert(name, *value);
                }
                None => self.consume(*value, Use::Any),
            }
        }
        self.dict_of(entries)
    }

    /// Adds to a map: to the one at hand, and to all that may be the same.
    fn set(&mut self, map: ShapeId, key: ShapeId, value: ShapeId) -> ShapeId {
        self.consume(value, Use::Kept);
        let Some(name) = self.name(key) else {
            self.set_open(map);
            return map;
        };
        let known = self.found.put.get(&name).copied().unwrap_or(Shapes::OPAQUE);
        let all = self.either([known, value]);
        self.found.put.insert(Arc::clone(&name), all);
        self.each(map, |walk, map| {
            let Shape::Dict(entries) = walk.found.shapes.get(map).clone() else { return map };
            let mut entries = (*entries).clone();
            entries.insert(Arc::clone(&name), value);
            let changed = walk.dict_of(entries);
            walk.either([map, changed])
        })
    }

    /// Notes that values may have other keys than their files say.
    fn set_open(&mut self, map: ShapeId) {
        for map in self.found.shapes.alternatives(map) {
            if let Shape::Value(place) = self.found.shapes.get(map) {
                self.found.places.set_open(*place);
            }
        }
    }

    fn merge(&mut self, maps: &[ShapeId]) -> ShapeId {
        for map in maps {
            self.set_open(*map);
        }
        self.either(maps.iter().copied())
    }

    fn pick(&mut self, map: ShapeId, keys: &[ShapeId]) -> ShapeId {
        let names: Option<Vec<Arc<str>>> = keys.iter().map(|key| self.name(*key)).collect();
        let Some(names) = names else { return map };
        let entries = names
            .into_iter()
            .map(|name| {
                let value = self.field(map, &name);
                (name, value)
            })
            .collect();
        self.dict_of(entries)
    }

    /// Joins texts as far as they are known.
    fn print(&mut self, arguments: &[ShapeId]) -> ShapeId {
        self.consume_all(arguments, Use::Printed);
        let texts: Vec<(Arc<str>, Arc<str>, bool)> =
            arguments.iter().map(|id| self.ends(*id)).collect();
        let n_known = texts.iter().take_while(|(_, _, is_whole)| *is_whole).count();
        let begins = texts.iter().take(n_known + 1).map(|(begin, _, _)| &**begin);
        let begin = begins.fold(String::new(), |text, part| {
            if text.len() + part.len() > MAX_TEXT_BYTES { text } else { text + part }
        });
        let n_bytes: usize = texts.iter().map(|(begin, _, _)| begin.len()).sum();
        if n_known == texts.len() && n_bytes <= MAX_TEXT_BYTES {
            return self.found.shapes.text(&begin);
        }
        // What is too long may be anything.
        if n_bytes > MAX_TEXT_BYTES {
            return Shapes::OPAQUE;
        }
        let n_last = texts.iter().rev().take_while(|(_, _, is_whole)| *is_whole).count();
        let ends = texts[texts.len().saturating_sub(n_last + 1)..].iter();
        let end: String = ends.map(|(_, end, _)| &**end).collect();
        self.found.shapes.add(Shape::Like(begin.into(), end.into()))
    }

    /// Gives how a text begins and ends, and whether that is all of it.
    fn ends(&self, id: ShapeId) -> (Arc<str>, Arc<str>, bool) {
        match self.found.shapes.get(id) {
            Shape::Text(text) => (Arc::clone(text), Arc::clone(text), true),
            Shape::Like(begin, end) => (Arc::clone(begin), Arc::clone(end), false),
            _ => ("".into(), "".into(), false),
        }
    }

    fn printf(&mut self, format: ShapeId, arguments: &[ShapeId]) -> ShapeId {
        let Some(format) = self.name(format) else {
            return self.consume_all(arguments, Use::Printed);
        };
        // What stands between verbs, and whether these are all `%s`.
        let mut parts = format.split('%');
        let mut texts = vec![self.found.shapes.text(parts.next().unwrap_or_default())];
        let mut rest = arguments.iter();
        let mut is_plain = true;
        for part in parts {
            let printed = part.starts_with(['s', 'v', 'q']);
            is_plain &= part.starts_with(['s', 'v']);
            match rest.next() {
                Some(argument) if printed => {
                    self.consume(*argument, Use::Printed);
                    texts.push(*argument);
                }
                Some(argument) => {
                    self.consume(*argument, Use::Any);
                    texts.push(Shapes::OPAQUE);
                }
                None => texts.push(Shapes::OPAQUE),
            }
            let behind = part.chars().next().map_or("", |verb| &part[verb.len_utf8()..]);
            texts.push(self.found.shapes.text(behind));
        }
        for argument in rest {
            self.consume(*argument, Use::Any);
        }
        if is_plain {
            return self.print(&texts);
        }
        let begin = format.split('%').next().unwrap_or_default();
        self.found.shapes.add(Shape::Like(begin.into(), "".into()))
    }

    fn include(&mut self, template: ShapeId, dot: ShapeId) {
        for template in self.found.shapes.alternatives(template) {
            if let Some(name) = self.name(template) {
                self.template(&name, dot);
                continue;
            }
            // One of many: each is walked, but none for sure.
            self.consume(template, Use::Any);
            self.consume(dot, Use::Kept);
            let (begin, end, _) = self.ends(template);
            let is_it = |name: &&str| name.starts_with(&*begin) && name.ends_with(&*end);
            self.found.charge(self.set.names().count());
            if self.found.is_lost {
                return;
            }
            let names: Vec<&str> = self.set.names().filter(is_it).collect();
            let was_sure = std::mem::replace(&mut self.is_sure, false);
            for name in names {
                self.template(name, dot);
            }
            self.is_sure = was_sure;
        }
    }

    fn tpl(&mut self, template: ShapeId, dot: ShapeId) {
        for template in self.found.shapes.alternatives(template) {
            if let Shape::Text(text) = self.found.shapes.get(template) {
                let text = (Arc::clone(text), dot);
                if self.found.texts.len() <= MAX_TEXTS && !self.found.texts.contains(&text) {
                    self.found.texts.push(text);
                }
                continue;
            }
            self.found.has_other_texts = true;
            self.consume(template, Use::Printed);
            self.consume(dot, Use::Kept);
        }
    }
}
