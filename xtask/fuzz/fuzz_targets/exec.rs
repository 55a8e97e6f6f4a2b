//! Fuzz target: `pintle_fuzz::exec`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pintle_fuzz::exec::check(data));
