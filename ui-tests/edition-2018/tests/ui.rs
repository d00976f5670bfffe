//! The texts of errors are the same in every edition.

#[test]
fn errors() {
    trybuild::TestCases::new().compile_fail("../ui/every-edition/*.rs");
}
