//! The difference between the imports of a component before and after.

/// The imports that a rewritten component has, compared with before.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) dropped: Vec<String>,
    /// Name, and the functions in it.
    pub(super) added: Vec<(String, Vec<String>)>,
    /// Name, and a function that the type of the import has besides.
    pub(super) extended: Vec<(String, String)>,
}
