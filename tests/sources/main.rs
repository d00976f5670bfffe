//! What the sources and the documents say, compared with each other.

mod documents;
mod items;
mod layout;
mod links;
mod listing;
mod manuals;
mod public_api;
