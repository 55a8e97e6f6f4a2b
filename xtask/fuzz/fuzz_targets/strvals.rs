//! Fuzz target: `pintle_fuzz::strvals`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pintle_fuzz::strvals::check(data));
