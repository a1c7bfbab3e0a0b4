//! Random programs over several spaces, two shared limits with a pool of the host behind each, and
//! endless snapshots, compared with a ledger that is kept from outside.

use std::rc::Weak;
use std::sync::{Arc, Mutex};

use chance::Chance;
use tmpfs::{
    DescriptorFlags, Error, Follow, Handle, Limits, OpenFlags, PAGE, Pool, Settings, SharedLimit,
    SharedLimits, SharedUsage, Space, Template,
};

use crate::NOW;
use crate::ledger::{self, Account, Layer};

/// The most bytes that a pool grants in all.
const POOL: u64 = 600 << 10;

/// The state of a pool: the bytes that it has granted, and the way it answers.
struct Purse {
    granted: u64,
    /// On average, one in this many requests is refused. If it is 0, no request is.
    refused: usize,
    /// The answers since the last snapshot began.
    answers: Vec<bool>,
    chance: Chance,
}

/// A pool that refuses beyond its bytes, and by chance.
#[derive(Clone)]
struct Bank(Arc<Mutex<Purse>>);

impl Pool for Bank {
    fn grow(&self, bytes: u64) -> bool {
        let mut purse = self.0.lock().unwrap();
        let refused = purse.refused;
        let refused = refused > 0 && purse.chance.below(refused) == 0;
        let granted = !refused && purse.granted + bytes <= POOL;
        purse.granted += if granted { bytes } else { 0 };
        purse.answers.push(granted);
        granted
    }

    fn shrink(&self, bytes: u64) {
        let mut purse = self.0.lock().unwrap();
        purse.granted = purse.granted.checked_sub(bytes).expect("only what was granted");
    }
}

/// A space with its account in the ledger.
struct One {
    space: Space,
    root: Handle,
    account: Account,
    open: Vec<(Handle, u64)>,
}

impl One {
    fn of(mut space: Space, account: Account) -> Self {
        let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
        Self { space, root, account, open: Vec::new() }
    }

    fn check(&self) {
        self.space.audit().unwrap();
        assert_eq!(self.space.usage().content, self.account.content() as u64);
    }

    fn sweep(&mut self) {
        let open: Vec<u64> = self.open.iter().map(|open| open.1).collect();
        self.account.tree.sweep(&open);
    }

    /// Opens a file, or makes one with this number.
    fn open(&mut self, path: &str, number: u64) -> Option<(Handle, u64)> {
        let create = OpenFlags { create: true, ..OpenFlags::default() };
        let flags = DescriptorFlags::READ_WRITE;
        let handle = self.space.open_at(self.root, Follow::No, path, create, flags, NOW).ok()?;
        let tree = &mut self.account.tree;
        let file = *tree.names.entry(path.to_owned()).or_insert(number);
        tree.files.entry(file).or_default();
        Some((handle, file))
    }

    fn change_names(&mut self, what: usize, path: String, other: String) {
        let Self { space, root, account, .. } = self;
        let (root, names) = (*root, &mut account.tree.names);
        match what {
            0 => drop(space.create_directory_at(root, "d", NOW)),
            1 => {
                let (open, flags) = (OpenFlags::default(), DescriptorFlags::DIRECTORY);
                if let Ok(handle) = space.open_at(root, Follow::No, "d", open, flags, NOW) {
                    space.clear_directory(handle, NOW).unwrap();
                    space.close(handle).unwrap();
                    names.retain(|name, _| !name.starts_with("d/"));
                }
            }
            // Rarely, so that most programs go on with some files.
            2 if path == other => {
                space.clear(NOW).unwrap();
                names.clear();
            }
            3 | 4 if space.unlink_file_at(root, &path, NOW).is_ok() => drop(names.remove(&path)),
            5 if space.link_at(root, Follow::No, &path, root, &other, NOW).is_ok() => {
                names.insert(other, names[&path]);
            }
            6 | 7
                if space.rename_at(root, &path, root, &other, NOW).is_ok()
                    && names.get(&path) != names.get(&other) =>
            {
                let file = names.remove(&path).unwrap();
                names.insert(other, file);
            }
            8 => {
                let open = OpenFlags { truncate: true, ..OpenFlags::default() };
                let flags = DescriptorFlags::WRITE;
                if let Ok(handle) = space.open_at(root, Follow::No, &path, open, flags, NOW) {
                    space.close(handle).unwrap();
                    let file = names[&path];
                    account.cut(file, 0);
                }
            }
            _ => (),
        }
    }

    /// Writes `bytes`, or sets the size to `offset` or their length, whichever is greater.
    fn change_content(&mut self, at: (Handle, u64), resize: bool, offset: usize, bytes: &[u8]) {
        let (handle, file) = at;
        if resize {
            let size = offset.max(bytes.len());
            if self.space.set_size(handle, size as u64, NOW).is_ok() {
                self.account.cut(file, size);
            }
        } else if let Ok(done) = self.space.write_at(handle, offset as u64, bytes, NOW) {
            self.account.write(file, offset, &bytes[..done]);
        }
    }

    /// Compares every file with what was written.
    fn read(&mut self) {
        let named = self.account.tree.names.clone();
        let opened: Vec<_> = named.iter().map(|(path, file)| self.open(path, *file)).collect();
        for (handle, file) in self.open.iter().copied().chain(opened.iter().flatten().copied()) {
            let expected = &self.account.tree.files[&file].bytes;
            let mut bytes = vec![1; expected.len() + 1];
            assert_eq!(self.space.read_at(handle, 0, &mut bytes), Ok(expected.len()));
            assert!(bytes[..expected.len()] == **expected, "the content of file {file}");
        }
        for (handle, _) in opened.into_iter().flatten() {
            self.space.close(handle).unwrap();
        }
    }
}

struct World {
    chance: Chance,
    banks: [Bank; 2],
    limits: [SharedLimit; 2],
    spaces: Vec<One>,
    templates: Vec<(Template, Account)>,
    layers: Vec<Weak<Layer>>,
    numbers: u64,
    /// The layers that were folded without a charge for their pages, the layers that were folded
    /// with one, and the charges that were refused.
    folds: [usize; 3],
}

impl World {
    fn new(seed: u64) -> Self {
        let banks = [seed, !seed].map(|seed| {
            let purse = Purse { granted: 0, refused: 0, answers: Vec::new(), chance: Chance(seed) };
            Bank(Arc::new(Mutex::new(purse)))
        });
        let all = SharedLimits { bytes: 1 << 40, nodes: 1 << 40, handles: 1 << 40 };
        let limits = banks.clone().map(|bank| SharedLimit::with_pool(all, bank));
        let (spaces, templates, layers) = (Vec::new(), Vec::new(), Vec::new());
        let chance = Chance(seed);
        Self { chance, banks, limits, spaces, templates, layers, numbers: 0, folds: [0; 3] }
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    fn path(&mut self) -> String {
        let directory = ["", "", "d/"][self.chance.below(3)];
        format!("{directory}{}", self.chance.below(4))
    }

    fn settings(&mut self) -> (Settings, Option<usize>) {
        let limit = Some(self.chance.below(9) / 4).filter(|limit| *limit < 2);
        let shared = limit.map(|limit| self.limits[limit].clone());
        let seed = self.number();
        (Settings { shared, ..Settings::seeded([seed, 8], NOW) }, limit)
    }

    /// Returns the usage of a limit according to the ledger.
    fn known(&self, limit: usize) -> SharedUsage {
        let spaces = self.spaces.iter().map(|one| (&one.space, &one.account));
        ledger::sum(limit, spaces, &self.layers)
    }

    fn check(&self) {
        for (limit, (shared, bank)) in self.limits.iter().zip(&self.banks).enumerate() {
            assert_eq!(shared.usage(), self.known(limit), "limit {limit}");
            assert_eq!(bank.0.lock().unwrap().granted, shared.usage().bytes, "limit {limit}");
        }
    }

    fn step(&mut self) {
        for bank in &self.banks {
            let mut purse = bank.0.lock().unwrap();
            if self.chance.below(20) == 0 {
                purse.refused = [0, 2, 10, 40][self.chance.below(4)];
            }
        }
        if self.spaces.is_empty() {
            return self.start();
        }
        let at = self.chance.below(self.spaces.len());
        match self.chance.below(100) {
            0..6 if self.spaces.len() < 4 => self.start(),
            6..8 => self.spaces.swap_remove(at).read(),
            8..14 if !self.templates.is_empty() => {
                let at = self.chance.below(self.templates.len());
                self.templates.swap_remove(at);
            }
            14..16 => self.freeze(at),
            16..19 => {
                // Without templates only other spaces keep the layers below.
                let all = self.chance.below(2) * self.templates.len();
                self.templates.drain(..all);
                for _ in 0..20 {
                    self.change(at);
                    self.snapshot(at, false);
                }
            }
            19..26 => {
                let keep = self.chance.below(3) == 0;
                self.snapshot(at, keep);
            }
            26..29 if !self.templates.is_empty() => self.reset(at),
            _ => self.change(at),
        }
        self.layers.retain(|layer| layer.strong_count() > 0);
    }

    fn start(&mut self) {
        let (settings, limit) = self.settings();
        let number = self.number();
        let at = self.chance.below(self.templates.len() + 1);
        let (space, account) = match self.templates.get(at) {
            None => (Space::create(settings), Account::new(number, limit)),
            Some((template, account)) => (template.space(settings), account.start(number, limit)),
        };
        match space {
            Ok(space) => {
                self.spaces.push(One::of(space, account));
                if at < self.templates.len() && self.chance.below(2) == 0 {
                    self.templates.swap_remove(at);
                }
            }
            Err(error) => assert_eq!(error, Error::Quota),
        }
    }

    fn freeze(&mut self, at: usize) {
        let number = self.number();
        let One { space, mut account, .. } = self.spaces.swap_remove(at);
        // A space that is based on too many templates is dropped.
        if let Ok(template) = space.freeze() {
            account.tree.sweep(&[]);
            self.layers.push(account.freeze(number));
            account.set_rows((template.usage().metadata, template.usage().nodes));
            self.templates.push((template, account));
        }
    }

    /// Makes a snapshot, and follows in the ledger what it folded, if it did.
    fn snapshot(&mut self, at: usize, keep: bool) {
        let number = self.number();
        for bank in &self.banks {
            bank.0.lock().unwrap().answers.clear();
        }
        let One { space, account, .. } = &mut self.spaces[at];
        let template = space.snapshot();
        let (more, limit) = (account.more_to_fold(), account.limit);
        let answers = limit.map(|limit| self.banks[limit].0.lock().unwrap().answers.clone());
        // The first request is for the pages of the layers below, if any is needed.
        if more == 0 || answers.is_none_or(|answers| answers[0]) {
            self.folds[usize::from(more > 0 && limit.is_some())] += account.fold();
        } else {
            assert_eq!(template.as_ref().map(drop), Err(&Error::Quota));
            self.folds[2] += 1;
        }
        match template {
            Ok(template) => {
                self.layers.push(account.freeze(number));
                let mut held = account.clone();
                held.tree.sweep(&[]);
                let usage = space.usage();
                if let Some(limit) = limit {
                    let rows = ledger::unknown(&self.limits[limit], self.known(limit));
                    assert!(rows.0 <= usage.metadata && rows.1 <= usage.nodes, "{rows:?}");
                    held.set_rows(rows);
                }
                if keep {
                    self.templates.push((template, held));
                }
            }
            Err(error) => assert!(matches!(error, Error::Quota | Error::Busy), "{error}"),
        }
        self.spaces[at].check();
    }

    fn reset(&mut self, at: usize) {
        let number = self.number();
        let (template, held) = &self.templates[self.chance.below(self.templates.len())];
        let One { space, root, account, open } = &mut self.spaces[at];
        let outcome = space.reset_to(template);
        assert_eq!(outcome == Err(Error::Invalid), !account.stands_on(held));
        if outcome.is_ok() {
            *root = space.root(DescriptorFlags::DIRECTORY).unwrap();
            *account = held.start(number, account.limit);
            open.clear();
        }
        self.spaces[at].check();
    }

    fn change(&mut self, at: usize) {
        let (path, other, number) = (self.path(), self.path(), self.number());
        let sizes = [10, 70, 1000, 4000, 4097, PAGE, 2 * PAGE, 3 * PAGE];
        let [offset, length] = [(); 2].map(|()| {
            let size = sizes[self.chance.below(sizes.len())];
            if self.chance.below(3) == 0 { self.chance.below(size) } else { size }
        });
        let offset = if self.chance.below(2) == 0 { 0 } else { offset };
        let bytes = vec![[0, 1, 2][self.chance.below(3)]; length];
        let (what, one) = (self.chance.below(24), &mut self.spaces[at]);
        match what {
            0..9 => one.change_names(what, path, other),
            9..11 if one.open.len() < 3 => {
                let opened = one.open(&path, number);
                one.open.extend(opened);
            }
            9..12 if !one.open.is_empty() => {
                let (handle, _) = one.open.swap_remove(self.chance.below(one.open.len()));
                one.space.close(handle).unwrap();
            }
            12 => {
                let content = [20_000, 1 << 30][self.chance.below(2)];
                one.space.set_limits(Limits { content, ..Limits::default() });
            }
            _ => {
                let held = one.open.first().copied().filter(|_| what % 2 == 0);
                if let Some((handle, file)) = held.or_else(|| one.open(&path, number)) {
                    one.change_content((handle, file), what > 19, offset, &bytes);
                    if held.is_none() {
                        one.space.close(handle).unwrap();
                    }
                }
            }
        }
        one.sweep();
        one.check();
    }
}

#[test]
fn a_shared_limit_holds_what_a_ledger_says_whatever_is_refused() {
    let mut folds = [0; 3];
    for seed in 0..250 {
        println!("seed {seed}");
        let mut world = World::new(seed);
        for _ in 0..300 {
            world.step();
            world.check();
        }
        world.spaces.iter_mut().for_each(One::read);
        let World { banks, limits, spaces, templates, .. } = world;
        drop((spaces, templates));
        for (shared, bank) in limits.iter().zip(&banks) {
            assert_eq!(shared.usage(), SharedUsage::default());
            assert_eq!(bank.0.lock().unwrap().granted, 0);
        }
        folds = std::array::from_fn(|at| folds[at] + world.folds[at]);
    }
    assert!(folds.iter().all(|folds| *folds >= 5), "{folds:?}");
}
