//! An empty library. The programs with mistakes are in `ui/`, those that must compile in
//! `must-compile/`, and those of `docs/migrating.md` in `migrating/`.
