//! Conversion of a project with fifty services, each with interpolated values.

use std::fmt::Write as _;

use divan::Bencher;
use pintle_compose::{NoFiles, Options, Source, SourceFile, convert};

fn main() {
    divan::main();
}

#[divan::bench]
fn fifty_services(bencher: Bencher<'_, '_>) {
    let mut text = String::from("x-common: &common\n  restart: always\n  init: true\nservices:\n");
    for n in 0..50 {
        write!(
            text,
            "  service-{n}:\n    <<: *common\n    image: registry.example/app-{n}:${{TAG:-1.{n}}}\n    \
             command: sh -c 'serve --port ${{PORT:-8080}} --name {n}'\n    environment:\n      \
             DATABASE_URL: postgres://${{DB_USER:-app}}@db:5432/app_{n}\n      LEVEL: ${{LEVEL-info}}\n      \
             MODE: ${{MODE:+x}}\n    mem_limit: 512m\n    cpus: 0.5\n    healthcheck:\n      \
             test: [CMD, curl, -f, 'http://localhost:8080']\n      interval: 10s\n      retries: 3\n"
        )
        .expect("a string takes everything");
    }
    let files = [SourceFile { name: "compose.yaml".to_owned(), content: text.into_bytes() }];
    let options = Options::default();
    bencher.bench_local(|| {
        convert(Source { files: &files, project: &NoFiles }, &options)
            .expect("it is a good project")
    });
}
