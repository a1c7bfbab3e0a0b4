//! Copies that a limit of several spaces refuses, at every moment of a copy.

#![cfg(target_os = "linux")]

mod folder;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use folder::{Folder, check, files};
use wasmtime_scratch::{
    CopyError, Error, Limit, Pool, SharedLimit, SharedLimits, SharedUsage, Space, Stop,
};

const GENEROUS: SharedLimits = SharedLimits { bytes: 1 << 30, nodes: 1 << 20, handles: 1 << 20 };

/// A pool that refuses one request.
struct Once {
    /// Requests until then.
    left: AtomicU64,
    held: Arc<AtomicU64>,
}

impl Pool for Once {
    fn grow(&self, bytes: u64) -> bool {
        let granted = self.left.fetch_sub(1, Ordering::Relaxed) != 0;
        if granted {
            self.held.fetch_add(bytes, Ordering::Relaxed);
        }
        granted
    }

    fn shrink(&self, bytes: u64) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// A tree with what takes memory in different ways.
fn tree(name: &str) -> Folder {
    let folder = Folder::new(name);
    let first = folder.file("tree/a", vec![1; 5_000]);
    folder.file("tree/d/several pieces", vec![2; 300_000]);
    folder.file("tree/d/e/a name that is longer than thirty bytes", "x");
    folder.file("tree/empty", "");
    folder.link("a", "tree/link");
    fs::hard_link(first, folder.path("tree/same")).unwrap();
    folder
}

/// Asserts that the limit ended the copy.
#[track_caller]
fn assert_ended_by(limit: Limit, error: &CopyError) {
    let Some(Stop::Space { error: code, refusal }) = error.stop() else { panic!("{error}") };
    assert_eq!((*code, refusal.unwrap().limit), (Error::Quota, limit), "{error}");
    assert_eq!(error.refusals(), 0, "{error}");
}

/// Asserts that a space holds whole files of the tree, and that the books are right.
#[track_caller]
fn assert_exact(folder: &Folder, space: &Space, shared: &SharedLimit) {
    if space.exists("in").unwrap() {
        for (name, bytes) in files(space, "in") {
            if !name.ends_with(['/', '@']) {
                assert!(bytes == fs::read(folder.path("tree").join(&name)).unwrap(), "{name}");
            }
        }
    }
    assert_books(space, shared);
}

/// Asserts that the books of a space are right, and that those of the limit agree with them.
#[track_caller]
fn assert_books(space: &Space, shared: &SharedLimit) {
    let content = space.usage().content;
    assert_books_with(content, space, shared);
}

/// Asserts the same, where the limit is charged for `content` bytes of content: for none if all of
/// it is a template's that shares no limit.
#[track_caller]
fn assert_books_with(content: u64, space: &Space, shared: &SharedLimit) {
    check(space);
    let used = space.usage();
    let (bytes, nodes) = (content + used.metadata, used.nodes);
    assert_eq!(shared.usage(), SharedUsage { bytes, nodes, handles: 0 });
}

/// Fills a directory of a space with the tree.
type Fill = fn(&Folder, &Space, &str) -> Result<wasmtime_scratch::Copied, CopyError>;

const FILLS: [Fill; 2] = [
    |folder, space, to| space.copy_in(folder.path("tree"), to),
    |folder, space, to| {
        let source = Space::builder().build().unwrap();
        source.copy_in(folder.path("tree"), "/").unwrap();
        let mut archive = Vec::new();
        source.pack("/", &mut archive).unwrap();
        space.unpack(&*archive, to)
    },
];

#[test]
fn copy_under_a_pool_that_refuses_at_any_moment_leaves_the_books_exact() {
    let folder = tree("shared-pool");
    for fill in FILLS {
        let mut refused = 0;
        for left in 0.. {
            let held = Arc::new(AtomicU64::new(0));
            let pool = Once { left: left.into(), held: Arc::clone(&held) };
            let shared = SharedLimit::with_pool(GENEROUS, pool);
            let space = Space::builder().shared_limit(&shared).build();
            let Ok(space) = space else { continue };
            let copied = fill(&folder, &space, "in");
            assert_exact(&folder, &space, &shared);
            assert_eq!(held.load(Ordering::Relaxed), shared.usage().bytes);
            let Err(error) = copied else { break };
            assert_ended_by(Limit::SharedBytes, &error);
            refused += 1;
            // It is refused once.
            fill(&folder, &space, "in again").unwrap();
            assert_exact(&folder, &space, &shared);
            drop(space);
            assert_eq!(shared.usage(), SharedUsage::default());
            assert_eq!(held.load(Ordering::Relaxed), 0);
        }
        // The content alone takes twenty pages.
        assert!(refused > 20, "{refused}");
    }
}

#[test]
fn copy_under_a_shared_limit_of_nodes_takes_as_many_as_there_may_be() {
    let folder = tree("shared-nodes");
    for fill in FILLS {
        // The root, `in`, and seven beside the second name of a file.
        for nodes in 1..10 {
            let shared = SharedLimit::new(SharedLimits { nodes, ..GENEROUS });
            let space = Space::builder().shared_limit(&shared).build().unwrap();
            let copied = fill(&folder, &space, "in");
            assert_exact(&folder, &space, &shared);
            if nodes == 9 {
                copied.unwrap();
            } else {
                assert_ended_by(Limit::SharedNodes, &copied.unwrap_err());
            }
            assert_eq!(space.usage().nodes, nodes);
        }
    }
}

#[test]
fn copy_out_under_a_shared_limit_of_handles_leaves_whole_files() {
    let folder = tree("shared-handles");
    let source = Space::builder().build().unwrap();
    source.copy_in(folder.path("tree"), "in").unwrap();
    let template = source.snapshot().unwrap();
    let mut refused = 0;
    for handles in 0.. {
        let shared = SharedLimit::new(SharedLimits { handles, ..GENEROUS });
        let space = Space::builder().shared_limit(&shared).build_from(&template).unwrap();
        let out = format!("out {handles}");
        let copied = space.copy_out("in", folder.path(&out));
        assert_books_with(0, &space, &shared);
        if folder.path(&out).exists() {
            for name in folder.tree(&out).into_keys() {
                let name = String::from_utf8(name).unwrap();
                let [made, whole] = [&*out, "tree"].map(|top| folder.path(top).join(&name));
                let other = made.is_dir() || made.is_symlink();
                assert!(other || fs::read(made).unwrap() == fs::read(whole).unwrap());
            }
        }
        match copied {
            Ok(_) => break,
            Err(error) => assert_ended_by(Limit::SharedHandles, &error),
        }
        let packed = space.pack("in", std::io::sink());
        assert_ended_by(Limit::SharedHandles, &packed.unwrap_err());
        assert_books_with(0, &space, &shared);
        refused += 1;
    }
    assert!(refused > 1, "{refused}");
}

#[test]
fn copy_into_one_space_is_refused_for_what_another_one_holds() {
    let folder = tree("shared-other");
    let shared = SharedLimit::new(SharedLimits { bytes: 600_000, ..GENEROUS });
    let [first, second] = [(); 2].map(|()| Space::builder().shared_limit(&shared).build().unwrap());
    first.copy_in(folder.path("tree"), "in").unwrap();
    let error = second.copy_in(folder.path("tree"), "in").unwrap_err();
    assert_ended_by(Limit::SharedBytes, &error);
    assert!(error.to_string().contains(&Limit::SharedBytes.to_string()), "{error}");
    drop(first);
    assert_exact(&folder, &second, &shared);
    second.copy_in(folder.path("tree"), "in again").unwrap();
    assert_exact(&folder, &second, &shared);
}
