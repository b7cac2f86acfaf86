#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hourbook_fuzz::bodies::tokens::body(bytes));
