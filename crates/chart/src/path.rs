//! Paths with `/`, as Go's `path` package handles them.

/// Gives the shortest path that means the same: no empty or `.` elements, `..` resolved where it can be.
///
/// Source: `Clean` in `path/path.go`, Go.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for element in path.split('/') {
        match element {
            "" | "." => {}
            ".." => match kept.last() {
                Some(&last) if last != ".." => {
                    kept.pop();
                }
                _ if rooted => {}
                _ => kept.push(".."),
            },
            _ => kept.push(element),
        }
    }
    let joined = kept.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// Gives the last element: `.` for an empty path, `/` for one of slashes alone.
pub fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/";
    }
    trimmed.rsplit('/').next().unwrap_or(trimmed)
}

/// Gives what the last element ends in from its last dot, the dot included; empty without one.
pub fn extension(path: &str) -> &str {
    let element_start = path.rfind('/').map_or(0, |slash| slash + 1);
    let element = &path[element_start..];
    element.rfind('.').map_or("", |dot| &element[dot..])
}

/// Puts a folder and a name together and cleans the result; an empty folder is none.
///
/// Source: `Join` in `path/path.go`, Go.
pub fn join(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", "") => String::new(),
        ("", only) | (only, "") => clean(only),
        (folder, name) => clean(&format!("{folder}/{name}")),
    }
}
