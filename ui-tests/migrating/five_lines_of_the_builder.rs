//! The program of this name in `docs/migrating.md`.

include!(concat!(env!("OUT_DIR"), "/five_lines_of_the_builder.rs"));
