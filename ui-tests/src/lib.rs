//! Nothing here: the programs with mistakes are in `ui/`, those that must compile are in
//! `must-compile/`, and those of a document in `migrating/`.
