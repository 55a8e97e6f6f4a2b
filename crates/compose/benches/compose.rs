//! Conversion of a project with fifty services, each with interpolated values.

use divan::Bencher;
use pintle_compose::{NoFiles, Options, Source, SourceFile, convert};

const FIFTY_SERVICES: &[u8] =
    include_bytes!("../../../fixtures/compose/fifty-services/compose.yaml");

fn main() {
    divan::main();
}

#[divan::bench]
fn fifty_services(bencher: Bencher<'_, '_>) {
    let files = [SourceFile { name: "compose.yaml".to_owned(), content: FIFTY_SERVICES.to_vec() }];
    let options = Options::default();
    bencher.bench_local(|| {
        convert(Source { files: &files, project: &NoFiles }, &options)
            .expect("it is a good project")
    });
}
