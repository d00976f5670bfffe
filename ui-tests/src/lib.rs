//! Nothing here: the cases are in `ui/` and `src/bin/`.
