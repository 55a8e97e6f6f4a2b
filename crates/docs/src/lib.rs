//! READMEs and schemas of charts, from their values and the comments beside them.
//!
//! A chart documents itself: a comment `# -- ` above a key of `values.yaml` describes it, as helm-docs reads it. From that come
//! the rows of a table ([`rows`]), a page around it ([`page`]), and the pages of charts that bring a `README.md.gotmpl` for
//! helm-docs ([`helm_docs_page`]). From the values themselves and `# @schema` comments comes a `values.schema.json` ([`infer`]).
//!
//! ```
//! use pintle_chart::{Chart, File};
//! use pintle_docs::{BadgeStyle, DEFAULT_PAGE, Order, Place};
//!
//! let chart = Chart::from_files(vec![
//!     File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
//!     File::new("values.yaml", "# -- Pods to run\nreplicas: 2\n"),
//! ])?;
//! let rows = pintle_docs::rows(&chart, Order::Key)?;
//! assert_eq!(
//!     pintle_docs::page(&chart, &rows, DEFAULT_PAGE, &BadgeStyle::default(), Place::Part)?,
//!     "| Key | Type | Default | Description |\n\
//!      |-----|------|---------|-------------|\n\
//!      | replicas | int | `2` | Pods to run |\n"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here reads or writes files: a `Chart` comes in, texts go out. The behaviour is that of helm-docs 1.14, by its manual
//! and by what it writes for the charts in `fixtures/docs`.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod badge;
mod comments;
mod dependencies;
mod description;
mod error;
mod facts;
mod heads;
mod helm_docs;
mod infer;
mod page;
mod readme;
mod scalar;
mod schema_comment;
mod table;

pub use badge::BadgeStyle;
pub use dependencies::{AllRows, Find, rows_with_dependencies};
pub use error::DocsError;
pub use helm_docs::{TEMPLATE_FILE, helm_docs_page};
pub use infer::{Maps, infer};
pub use page::{DEFAULT_PAGE, Place, page};
pub use readme::{Readme, difference};
pub use table::{Order, Row, Section, rows, sections};
