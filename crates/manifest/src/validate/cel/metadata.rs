//! What rules see of the fields that all objects have: texts, and of the metadata the names alone.

use std::sync::OnceLock;

use crate::validate::custom::schema::{Schema, Type};

/// Gives the schema of a text.
pub(super) fn text() -> &'static Schema {
    static TEXT: OnceLock<Schema> = OnceLock::new();
    TEXT.get_or_init(|| Schema::of_type(Type::String, Vec::new()))
}

/// Gives the schema of the metadata of an object.
pub(super) fn of(schema: &Schema) -> &Schema {
    static METADATA: OnceLock<Schema> = OnceLock::new();
    if let Some(own) = schema.property("metadata")
        && own.property("name").is_some()
        && own.property("generateName").is_some()
    {
        return own;
    }
    METADATA.get_or_init(|| {
        let text = || Schema::of_type(Type::String, Vec::new());
        let properties = ["generateName", "name"].map(|name| (name.into(), text()));
        Schema::of_type(Type::Object, properties.into())
    })
}
