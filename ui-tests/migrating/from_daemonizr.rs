//! The program of this name in `docs/migrating.md`.

include!(concat!(env!("OUT_DIR"), "/from_daemonizr.rs"));
