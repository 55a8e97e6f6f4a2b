//! Fuzz target: `pintle_fuzz::yaml_read`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pintle_fuzz::yaml_read::check(data));
