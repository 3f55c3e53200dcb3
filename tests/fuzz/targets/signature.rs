#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| papercloud::fuzzing::signature(input));
