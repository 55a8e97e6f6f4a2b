//! Fuzz target: `pintle_fuzz::yaml_write`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pintle_fuzz::yaml_write::check(data));
