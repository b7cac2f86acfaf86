#![no_main]

use std::sync::LazyLock;

use hourbook_fuzz::bodies::pages::Pages;

static PAGES: LazyLock<Pages> = LazyLock::new(Pages::new);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| PAGES.body(bytes));
