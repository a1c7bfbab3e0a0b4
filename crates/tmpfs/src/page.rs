//! Pages of files, as a layer keeps them.

/// A page with its capacity. Ids have the type `Id<Page<()>>`, independent of the store.
#[derive(Debug)]
pub(crate) struct Page<P = ()> {
    pub(crate) page: P,
    pub(crate) capacity: u32,
}
