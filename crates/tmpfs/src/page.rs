//! Pages of files, as a layer keeps them.

/// A page with its capacity. Ids are of a `Page<()>`, whatever the store's pages are.
#[derive(Debug)]
pub(crate) struct Page<P = ()> {
    pub(crate) page: P,
    pub(crate) capacity: u32,
}
