//! Fuzz target: `pintle_fuzz::lexer`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pintle_fuzz::lexer::check(data));
