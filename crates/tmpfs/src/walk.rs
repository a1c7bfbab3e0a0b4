//! The components of a path, one after the other, with those of symbolic links inserted. Each byte
//! of each text is read once.

use crate::id::Id;
use crate::node::Node;
use crate::path;

/// The greatest number of symbolic links that one path may lead through, as on Linux.
pub(crate) const LINKS: usize = 40;

/// A component and its position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    /// The symbolic link in whose text the component is; `None` for the path.
    pub(crate) link: Option<Id<Node>>,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// True if no component follows.
    pub(crate) is_last: bool,
    /// True if only slashes follow, so that the component must be a directory.
    pub(crate) slash: bool,
}

/// The components that are still to come.
pub(crate) struct Walk {
    /// The path, and the symbolic links with components to come, the innermost last. Most paths
    /// lead through none and take no memory for them.
    path: Text,
    links: Option<[Text; LINKS]>,
    /// The number of texts with components to come.
    depth: usize,
    /// True once the last component was reached and a slash follows it.
    slash: bool,
}

#[derive(Clone, Copy, Default)]
struct Text {
    /// A symbolic link; `None` for the path.
    link: Option<Id<Node>>,
    /// The beginning of the next component.
    at: u32,
}

impl Walk {
    /// Begins with the path.
    pub(crate) fn new() -> Self {
        Self { path: Text::default(), links: None, depth: 1, slash: false }
    }

    /// Returns the text that is inside `outside` others.
    #[inline]
    fn text(&mut self, outside: usize) -> &mut Text {
        match outside.checked_sub(1) {
            None => &mut self.path,
            Some(link) => &mut self.links.get_or_insert([Text::default(); LINKS])[link],
        }
    }

    /// Continues in the text of a symbolic link. At most [`LINKS`] links may be entered.
    pub(crate) fn enter(&mut self, link: Id<Node>) {
        *self.text(self.depth) = Text { link: Some(link), at: 0 };
        self.depth += 1;
    }

    /// Returns the next component and its text. Preconditions: the last component was not reached,
    /// or a link was entered since; every text begins with a component.
    pub(crate) fn next<'a>(
        &mut self,
        text: impl FnOnce(Option<Id<Node>>) -> &'a str,
    ) -> (Part, &'a str) {
        let Text { link, at } = *self.text(self.depth - 1);
        let start = usize::try_from(at).expect("BUG: 32 bits fit an index");
        let text = text(link);
        let (end, next) = path::component(text, start);
        if next < text.len() {
            let next = u32::try_from(next).expect("BUG: limits of paths have 32 bits");
            self.text(self.depth - 1).at = next;
        } else {
            self.depth -= 1;
            // A slash after the text of a link counts only if nothing follows the link either.
            self.slash |= self.depth == 0 && end < next;
        }
        let is_last = self.depth == 0;
        let part = Part { link, start, end, is_last, slash: is_last && self.slash };
        (part, path::cut(text, start, end))
    }
}
