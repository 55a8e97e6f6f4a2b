//! Rendering: once, or compiled for many times.

use std::collections::BTreeMap;

use pintle_chart::Chart;
use pintle_engine::{Release, Rendered};

use crate::{Error, Values, options};

/// Renders a chart once, as Helm 4.3 does without a cluster.
///
/// # Errors
///
/// [`Error::Template`], in Helm's words.
pub fn render(chart: &Chart, values: &Values, release: &Release) -> Result<Rendered, Error> {
    Renderer::new(chart)?.render(values, release)
}

/// A chart whose templates are parsed, ready to render any number of releases from any number of threads.
#[derive(Debug)]
pub struct Renderer(pub(crate) pintle_engine::Renderer);

impl Renderer {
    /// Makes a chart ready, with the defaults of [`options`].
    ///
    /// # Errors
    ///
    /// As [`crate::Options::build`].
    pub fn new(chart: &Chart) -> Result<Self, Error> {
        options().build(chart)
    }

    /// Renders a release.
    ///
    /// # Errors
    ///
    /// [`Error::Template`], in Helm's words.
    pub fn render(&self, values: &Values, release: &Release) -> Result<Rendered, Error> {
        Ok(self.0.render(values.as_map(), release)?)
    }

    /// Gives the text of each template by its path, as Helm's `engine.Render` does: neither split nor put in order.
    ///
    /// # Errors
    ///
    /// [`Error::Template`], in Helm's words.
    pub fn render_files(
        &self,
        values: &Values,
        release: &Release,
    ) -> Result<BTreeMap<String, String>, Error> {
        Ok(self.0.render_files(values.as_map(), release)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_texts_by_path() {
        let chart = Chart::from_files(vec![
            pintle_chart::File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
            pintle_chart::File::new("templates/NOTES.txt", "{{ .Release.Name }} is up"),
            pintle_chart::File::new("templates/_names.tpl", "not shown"),
        ]);
        let renderer = Renderer::new(&chart.unwrap()).unwrap();
        let files = renderer.render_files(&Values::default(), &Release::new("demo")).unwrap();
        let expected = [("web/templates/NOTES.txt".to_owned(), "demo is up".to_owned())];
        assert_eq!(files, BTreeMap::from(expected));
    }

    #[test]
    fn a_renderer_may_be_shared_by_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Renderer>();
    }
}
