//! A ledger of shared limits, kept from outside: every file with the capacity and the owner of each
//! page, every template with its share. It predicts no refusal: it follows what the spaces accept
//! and refuse, and the tests compare the sums.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::successors;
use std::rc::{Rc, Weak};

use tmpfs::{PAGE, SharedLimit, SharedUsage, Space, Usage};

/// The capacity of a page, and the layer that owns it.
type Page = (usize, u64);

#[derive(Clone, Default)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    pages: BTreeMap<usize, Page>,
}

/// The files by number, and the numbers by path.
#[derive(Clone, Default)]
pub(crate) struct Tree {
    pub(crate) names: BTreeMap<String, u64>,
    pub(crate) files: BTreeMap<u64, File>,
}

/// The share of a template, held as long as the template or something above it.
pub(crate) struct Layer {
    number: u64,
    limit: Option<usize>,
    content: usize,
    /// Bytes of metadata, and nodes.
    rows: Cell<(u64, u64)>,
    below: Option<Rc<Layer>>,
}

/// A space, or the state of a template, in the ledger.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) tree: Tree,
    pub(crate) limit: Option<usize>,
    number: u64,
    below: Option<Rc<Layer>>,
}

/// Returns the capacity of a page with content up to `end`, as `Limits::content` documents it.
fn capacity(page: usize, end: usize) -> usize {
    if page == 0 && end <= 4096 {
        end.next_power_of_two().max(64)
    } else {
        end.next_multiple_of(4096)
    }
}

impl File {
    /// Changes one page, or a part of it.
    fn piece(&mut self, offset: usize, piece: &[u8], owner: u64) {
        let (page, at) = (offset / PAGE, offset % PAGE);
        let zeros = piece.iter().all(|byte| *byte == 0);
        let end = offset + piece.len();
        self.bytes.resize(end.max(self.bytes.len()), 0);
        self.bytes[offset..end].copy_from_slice(piece);
        match self.pages.get(&page) {
            None if zeros => (),
            Some(_) if zeros && piece.len() == PAGE => drop(self.pages.remove(&page)),
            held => {
                let held = held.map_or(0, |held| held.0);
                self.pages.insert(page, (held.max(capacity(page, at + piece.len())), owner));
            }
        }
    }

    fn cut(&mut self, size: usize, owner: u64) {
        let (page, at) = (size / PAGE, size % PAGE);
        self.pages.retain(|page, _| page * PAGE < size);
        if let Some(held) = self.pages.get_mut(&page)
            && held.0 > at
            && size < self.bytes.len()
        {
            *held = (held.0.min(capacity(page, at)), owner);
        }
        self.bytes.resize(size, 0);
    }
}

impl Tree {
    /// Forgets the files without a name or a handle.
    pub(crate) fn sweep(&mut self, open: &[u64]) {
        let named: BTreeSet<u64> = self.names.values().chain(open).copied().collect();
        self.files.retain(|file, _| named.contains(file));
    }

    fn pages(&self) -> impl Iterator<Item = &Page> {
        self.files.values().flat_map(|file| file.pages.values())
    }
}

impl Account {
    pub(crate) fn new(number: u64, limit: Option<usize>) -> Self {
        Self { tree: Tree::default(), limit, number, below: None }
    }

    pub(crate) fn write(&mut self, file: u64, offset: usize, bytes: &[u8]) {
        let held = self.tree.files.get_mut(&file).unwrap();
        let mut done = 0;
        while done < bytes.len() {
            let at = offset + done;
            let end = bytes.len().min(done + PAGE - at % PAGE);
            held.piece(at, &bytes[done..end], self.number);
            done = end;
        }
    }

    pub(crate) fn cut(&mut self, file: u64, size: usize) {
        self.tree.files.get_mut(&file).unwrap().cut(size, self.number);
    }

    fn layers(&self) -> impl Iterator<Item = &Rc<Layer>> {
        successors(self.below.as_ref(), |layer| layer.below.as_ref())
    }

    /// Returns the layers that the next snapshot makes a part of the space's own.
    fn foldable(&self) -> Vec<&Rc<Layer>> {
        let layers = if self.layers().count() < 16 { 0 } else { 16 };
        self.layers().take(layers).take_while(|layer| Rc::strong_count(layer) == 1).collect()
    }

    /// Returns the bytes of content that the next snapshot charges when it folds layers.
    pub(crate) fn more_to_fold(&self) -> usize {
        let folded = self.foldable();
        let held = folded.iter().filter(|layer| layer.limit == self.limit);
        let held: usize = held.map(|layer| layer.content).sum();
        let of = |owner| owner == self.number || folded.iter().any(|layer| layer.number == owner);
        let kept = self.tree.pages().filter(|page| of(page.1)).map(|page| page.0).sum::<usize>();
        kept.saturating_sub(held + self.owned())
    }

    /// Makes the layers below a part of the space's own, and returns their number.
    pub(crate) fn fold(&mut self) -> usize {
        let folded: Vec<u64> = self.foldable().iter().map(|layer| layer.number).collect();
        for page in self.tree.files.values_mut().flat_map(|file| file.pages.values_mut()) {
            if folded.contains(&page.1) {
                page.1 = self.number;
            }
        }
        for _ in &folded {
            self.below = self.below.take().and_then(|layer| layer.below.clone());
        }
        folded.len()
    }

    /// Moves the space's pages into a new layer.
    pub(crate) fn freeze(&mut self, number: u64) -> Weak<Layer> {
        let (limit, content, below) = (self.limit, self.owned(), self.below.take());
        let rows = Cell::default();
        let layer = Rc::new(Layer { number: self.number, limit, content, rows, below });
        let made = Rc::downgrade(&layer);
        (self.number, self.below) = (number, Some(layer));
        made
    }

    /// Sets the charges of the layer below, except for its pages.
    pub(crate) fn set_rows(&self, rows: (u64, u64)) {
        self.below.as_ref().unwrap().rows.set(rows);
    }

    /// Returns the account of a space that begins with the content of this one.
    pub(crate) fn start(&self, number: u64, limit: Option<usize>) -> Self {
        Self { number, limit, ..self.clone() }
    }

    pub(crate) fn stands_on(&self, template: &Self) -> bool {
        let layer = template.below.as_ref().unwrap();
        self.layers().any(|below| Rc::ptr_eq(below, layer))
    }

    fn owned(&self) -> usize {
        let own = self.tree.pages().filter(|page| page.1 == self.number);
        own.map(|page| page.0).sum()
    }

    pub(crate) fn content(&self) -> usize {
        self.tree.pages().map(|page| page.0).sum()
    }
}

/// Returns the usage of a limit by all spaces and templates together.
pub(crate) fn sum<'all>(
    limit: usize,
    spaces: impl Iterator<Item = (&'all Space, &'all Account)>,
    layers: &[Weak<Layer>],
) -> SharedUsage {
    let mut sum = SharedUsage::default();
    for (space, account) in spaces.filter(|(_, account)| account.limit == Some(limit)) {
        let Usage { metadata, nodes, handles, .. } = space.usage();
        sum.bytes += metadata + account.owned() as u64;
        (sum.nodes, sum.handles) = (sum.nodes + nodes, sum.handles + handles);
    }
    let layers = layers.iter().filter_map(Weak::upgrade);
    for layer in layers.filter(|layer| layer.limit == Some(limit)) {
        sum.bytes += layer.rows.get().0 + layer.content as u64;
        sum.nodes += layer.rows.get().1;
    }
    sum
}

/// Returns the metadata and nodes that a limit counts and the ledger does not know yet.
pub(crate) fn unknown(limit: &SharedLimit, known: SharedUsage) -> (u64, u64) {
    let held = limit.usage();
    (held.bytes - known.bytes, held.nodes - known.nodes)
}
