//! What the sources and the documents say, compared with each other.

mod documents;
mod items;
mod listing;
mod manuals;
mod public_api;
