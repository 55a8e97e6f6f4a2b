//! Schemas, and values to check.

use super::json;
use crate::differ::random::Random;

fn type_name(random: &mut Random) -> &'static str {
    random.pick(&[
        "string", "number", "integer", "boolean", "object", "array", "null", "string", "object",
        "any",
    ])
}

fn key(random: &mut Random) -> &'static str {
    random.pick(&["a", "b", "c", "d", "a b", "a/b", "a~b", "", "é", "a'b", "%"])
}

fn count(random: &mut Random) -> String {
    random.pick(&["0", "1", "2", "3", "2.0", "1.5", "-1", "\"1\"", "1e2"]).to_owned()
}

fn keyword(random: &mut Random, depth: usize) -> String {
    let below = |random: &mut Random| schema(random, depth.saturating_sub(1));
    let n = if depth == 0 { 16 } else { 34 };
    match random.below(n) {
        0..=3 => format!("\"type\":\"{}\"", type_name(random)),
        4 => format!(
            "\"type\":[{}]",
            random.joined(0, 3, ",", |random| format!("\"{}\"", type_name(random)))
        ),
        5 => format!("\"enum\":[{}]", random.joined(0, 3, ",", |random| json::value(random, 1))),
        6 => format!("\"const\":{}", json::value(random, 1)),
        7 => format!(
            "\"{}\":{}",
            random.pick(&[
                "minLength", "maxLength", "minItems", "maxItems", "minProperties",
                "maxProperties"
            ]),
            count(random)
        ),
        8 => format!(
            "\"{}\":{}",
            random.pick(&[
                "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
                "multipleOf"
            ]),
            json::number(random)
        ),
        9 => format!(
            "\"pattern\":\"{}\"",
            random.pick(&["^a", "a$", "[0-9]+", "^[a-z]+$", "(", "\\\\d", "^$", "é"])
        ),
        10 => format!(
            "\"required\":[{}]",
            random.joined(0, 3, ",", |random| format!("\"{}\"", key(random)))
        ),
        11 => format!(
            "\"format\":\"{}\"",
            random.pick(&[
                "date", "date-time", "time", "email", "hostname", "ipv4", "ipv6", "uri", "uuid", "regex", "duration",
                "json-pointer", "uri-reference", "nope", "semver",
                "period"
            ])
        ),
        12 => format!("\"uniqueItems\":{}", random.pick(&["true", "false", "1"])),
        13 => format!(
            "\"$ref\":\"{}\"",
            random.pick(&[
                "#", "#/$defs/x", "#/definitions/y", "#/nope", "#anchor",
                "#/properties/a"
            ])
        ),
        14 => format!(
            "\"{}\":{}",
            random.pick(&[
                "title", "description", "default", "$comment", "examples", "deprecated", "x-y",
                "readOnly"
            ]),
            json::value(random, 0)
        ),
        15 => format!("\"dependentRequired\":{{\"{}\":[\"{}\"]}}", key(random), key(random)),
        16..=20 => format!(
            "\"properties\":{{{}}}",
            random.joined(1, 3, ",", |random| format!("\"{}\":{}", key(random), below(random)))
        ),
        21 => format!("\"additionalProperties\":{}", below(random)),
        22 => format!(
            "\"patternProperties\":{{\"{}\":{}}}",
            random.pick(&["^a", "b", "."]),
            below(random)
        ),
        23 => format!("\"items\":{}", below(random)),
        24 => format!(
            "\"{}\":[{}]",
            random.pick(&["allOf", "anyOf", "oneOf"]),
            random.joined(0, 3, ",", below)
        ),
        25 => format!("\"not\":{}", below(random)),
        26 => format!(
            "\"if\":{},\"then\":{},\"else\":{}",
            below(random),
            below(random),
            below(random)
        ),
        27 => format!(
            "\"contains\":{},\"{}\":{}",
            below(random),
            random.pick(&["minContains", "maxContains"]),
            count(random)
        ),
        28 => format!("\"prefixItems\":[{}]", random.joined(1, 2, ",", below)),
        29 => format!("\"propertyNames\":{}", below(random)),
        30 => format!(
            "\"{}\":{}",
            random.pick(&[
                "unevaluatedProperties", "unevaluatedItems", "additionalItems",
                "contentSchema"
            ]),
            below(random)
        ),
        31 => format!("\"dependentSchemas\":{{\"{}\":{}}}", key(random), below(random)),
        32 => format!(
            "\"dependencies\":{{\"{}\":{}}}",
            key(random),
            if random.chance(50) { below(random) } else { "[\"a\"]".to_owned() }
        ),
        _ => format!(
            "\"{}\":{{\"x\":{},\"y\":{}}}",
            random.pick(&["$defs", "definitions"]),
            below(random),
            below(random)
        ),
    }
}

fn schema(random: &mut Random, depth: usize) -> String {
    if random.chance(10) {
        return random.pick(&["true", "false", "{}"]).to_owned();
    }
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..random.between(1, 3) {
        let keyword = keyword(random, depth);
        let name = keyword.split(':').next().unwrap_or_default().to_owned();
        if !seen.iter().any(|other| other.split(':').next() == Some(&name)) {
            seen.push(keyword);
        }
    }
    format!("{{{}}}", seen.join(","))
}

/// Draws a schema and values.
pub(crate) fn case(random: &mut Random) -> Vec<String> {
    let mut root = schema(random, 3);
    if random.chance(40) {
        let draft = random.pick(&[
            "http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-06/schema#",
            "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2019-09/schema",
            "https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/schema#",
            "http://json-schema.org/draft-07/schema",
        ]);
        if let Some(rest) = root.strip_prefix('{') {
            let comma = if rest == "}" { "" } else { "," };
            root = format!("{{\"$schema\":\"{draft}\"{comma}{rest}");
        }
    }
    if random.chance(3) {
        root = random.mutated(&root, &["{", "}", ",", "\"", ":", "[", "]", "1", "a", "null"]);
    }
    let entries = random.joined(0, 4, ",", |random| {
        format!("\"{}\":{}", key(random), json::value(random, 2).replace('\n', " "))
    });
    vec![root, format!("{{{entries}}}")]
}
