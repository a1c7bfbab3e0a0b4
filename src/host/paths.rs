//! Paths as strings: `posixpath` of CPython, and the test for a path below a directory.

use alloc::{format, string::String};

use crate::error::{Error, Result};

/// Joins a directory and one name without separators: `os.path.join(directory, name)`.
pub(crate) fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() || directory.ends_with('/') {
        format!("{directory}{name}")
    } else {
        format!("{directory}/{name}")
    }
}

/// Makes a path absolute lexically: `os.path.abspath(path)`. Symbolic links are not resolved.
/// `cwd` is absolute.
pub(crate) fn abspath(cwd: &str, path: &str) -> String {
    if path.starts_with('/') { normpath(path) } else { normpath(&join(cwd, path)) }
}

/// Refuses a path that no system call could take, in CPython's words.
pub(crate) fn refuse_nul(path: &str, message: &'static str) -> Result<()> {
    if path.contains('\0') { Err(Error::value(message)) } else { Ok(()) }
}

/// Makes an absolute path normal: `os.path.normpath`.
fn normpath(path: &str) -> String {
    let mut normal = Normal::of_root(path);
    for component in path.split('/') {
        match component {
            "" | "." => {}
            ".." => normal.pop(),
            name => normal.push(name),
        }
    }
    normal.path
}

/// An absolute path that grows and shrinks by components.
pub(crate) struct Normal {
    path: String,
    /// The length of its leading slashes.
    root: usize,
}

impl Normal {
    /// Returns the root of the absolute `path`: POSIX lets exactly two leading slashes stand.
    pub(crate) fn of_root(path: &str) -> Self {
        let root = if path.starts_with("//") && !path.starts_with("///") { "//" } else { "/" };
        let mut normal = String::with_capacity(path.len());
        normal.push_str(root);
        Self { path: normal, root: root.len() }
    }

    pub(crate) fn push(&mut self, component: &str) {
        if self.path.len() > self.root {
            self.path.push('/');
        }
        self.path.push_str(component);
    }

    /// Removes the last component; the root has none.
    pub(crate) fn pop(&mut self) {
        self.path.truncate(self.path.rfind('/').unwrap_or(0).max(self.root));
    }

    /// Returns the last component; empty at the root.
    pub(crate) fn last(&self) -> &str {
        &self.path[self.path.rfind('/').map_or(0, |at| at + 1)..]
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.path
    }

    pub(crate) fn into_string(self) -> String {
        self.path
    }
}

/// Splits an absolute, normal path into its directory and last component: `os.path.split`.
pub(crate) fn split(path: &str) -> (&str, &str) {
    let at = path.rfind('/').map_or(0, |at| at + 1);
    let directory = path[..at].trim_end_matches('/');
    (if directory.is_empty() { &path[..at] } else { directory }, &path[at..])
}

/// Returns the index in `path` at which the part below `directory` begins, if `path` is `directory`
/// or lies below it. Only whole components count, so that `/tmp` is no prefix of `/tmpfoo`. Both
/// are absolute and normal. The number of slashes at their start makes no difference, as on Linux.
pub(crate) fn below(directory: &str, path: &str) -> Option<usize> {
    let directory = directory.trim_matches('/');
    let rest = path.trim_start_matches('/').strip_prefix(directory)?;
    if directory.is_empty() || rest.is_empty() {
        return Some(path.len() - rest.len());
    }
    rest.strip_prefix('/').map(|rest| path.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abspath_is_pythons() {
        // Right-hand sides: posixpath.abspath of CPython 3.13 with the same working directory.
        for (cwd, path, absolute) in [
            ("/", "", "/"),
            ("/", ".", "/"),
            ("/", "a/b", "/a/b"),
            ("/w", "a//b/./c/", "/w/a/b/c"),
            ("/w", "../../x", "/x"),
            ("/w", "/a/../..", "/"),
            ("/w", "/a/b/../c", "/a/c"),
            ("/w", "//a/b", "//a/b"),
            ("/w", "///a", "/a"),
            ("/w", "//../a", "//a"),
            ("/w", "..", "/"),
            ("/w", "/a/..b", "/a/..b"),
        ] {
            assert_eq!(abspath(cwd, path), absolute, "{cwd} {path}");
        }
    }

    #[test]
    fn a_prefix_ends_at_a_component() {
        assert_eq!(below("/tmp", "/tmp/x"), Some(5));
        assert_eq!(below("/tmp", "/tmp"), Some(4));
        assert_eq!(below("/tmp", "/tmpfoo"), None);
        assert_eq!(below("/tmp", "/"), None);
        assert_eq!(below("/", "/tmp"), Some(1));
        assert_eq!(below("/", "//tmp"), Some(2));
        assert_eq!(below("/tmp", "//tmp/x"), Some(6));
        assert_eq!(below("/", "/"), Some(1));
        assert_eq!(below("/a/b", "/a/bc"), None);
        assert_eq!(below("/a/b", "/a/b/c/d"), Some(5));
    }

    #[test]
    fn a_path_splits_before_its_last_component() {
        assert_eq!(split("/tmp/x"), ("/tmp", "x"));
        assert_eq!(split("/x"), ("/", "x"));
        assert_eq!(split("/a/b/c"), ("/a/b", "c"));
        assert_eq!(split("//x"), ("//", "x"));
    }
}
