//! An empty crate: only its manifest is used.
