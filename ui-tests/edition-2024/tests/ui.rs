//! Errors have the same text in every edition.

#[test]
fn errors() {
    trybuild::TestCases::new().compile_fail("../ui/every-edition/*.rs");
}
