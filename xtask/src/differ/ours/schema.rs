//! Values, checked against a schema.

use pintle_chart::Chart;
use pintle_chart::coalesce::Coalesced;
use pintle_chart::schema::CheckedValues;
use pintle_yaml::Value;

/// A line of a report, and the lines below it.
#[derive(Default)]
struct Fault {
    line: String,
    causes: Vec<Fault>,
}

impl Fault {
    fn key(&self) -> String {
        let causes = self.causes.iter().map(|cause| format!("\n{}", cause.key()));
        self.line.clone() + &causes.collect::<String>()
    }

    fn sort(&mut self, level: usize) {
        self.causes.iter_mut().for_each(|cause| cause.sort(level + 1));
        if level > 0 {
            self.causes.sort_by_key(Self::key);
        }
    }

    fn write(&self, out: &mut String) {
        for cause in &self.causes {
            out.push_str(&cause.line);
            out.push('\n');
            cause.write(out);
        }
    }
}

/// Sorts what Go's maps leave in any order, as the recorder does.
fn sort_faults(text: &str) -> String {
    let mut root = Fault::default();
    for line in text.trim_end_matches('\n').split('\n') {
        let trimmed = line.trim_start_matches(' ');
        let is_item = trimmed.starts_with("- at '");
        let indent = line.len() - trimmed.len();
        let mut level = if is_item { indent / 2 + 1 } else { 0 };
        let mut line = line.to_owned();
        if let (true, Some(at)) = (is_item, line.find(": invalid propertyName ")) {
            line = format!("{}- at ?{}", " ".repeat(indent), &line[at..]);
        }
        let words = "additional properties ";
        if let Some(start) = line.find(words).map(|at| at + words.len())
            && let Some(names) = line[start..].strip_suffix(" not allowed")
        {
            let mut names: Vec<_> = names.split(", ").collect();
            names.sort_unstable();
            line = format!("{}{} not allowed", &line[..start], names.join(", "));
        }
        let mut outer = &mut root;
        while level > 0 && !outer.causes.is_empty() {
            let last = outer.causes.len() - 1;
            outer = &mut outer.causes[last];
            level -= 1;
        }
        outer.causes.push(Fault { line, causes: Vec::new() });
    }
    root.sort(0);
    let mut out = String::new();
    root.write(&mut out);
    out
}

/// Checks values against a schema.
pub(crate) fn check(_: &str, case: &[String]) -> Option<String> {
    let [schema, values] = case else { return None };
    let mut chart = Chart { schema: Some(schema.as_bytes().into()), ..Chart::default() };
    "c".clone_into(&mut chart.metadata.name);
    let Ok(Value::Map(values)) = pintle_yaml::json::from_str(values) else { return None };
    let coalesced = Coalesced { values, ..Coalesced::default() };
    let said = match CheckedValues::check(&chart, &coalesced) {
        Ok(_) => "ok\n".to_owned(),
        Err(error) => sort_faults(error.to_string().split_once('\n')?.1),
    };
    Some(format!("-- schema --\n{said}"))
}
