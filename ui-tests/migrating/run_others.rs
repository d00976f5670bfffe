//! The program of this name in `docs/migrating.md`.

include!(concat!(env!("OUT_DIR"), "/run_others.rs"));
