//! Templates: spaces that begin with what another held, and share it until they change it.

use tmpfs::{Error, Limits, PAGE, Settings, SharedLimit, SharedLimits, SharedUsage, Template};

use crate::fixture::{BEGINNING, Fixture, settings};

fn template() -> Template {
    let mut fixture = Fixture::new();
    fixture.directory("directory").unwrap();
    fixture.file_of("directory/file", &vec![1; 3 * PAGE]);
    fixture.link("directory/file", "link").unwrap();
    fixture.symlink("directory/file", "symlink").unwrap();
    freeze(fixture)
}

fn freeze(fixture: Fixture) -> Template {
    fixture.into_space().freeze().expect("it stands on few others")
}

fn start(template: &Template) -> Fixture {
    Fixture::of(template.space(settings(Limits::default())).unwrap())
}

#[test]
fn a_space_begins_with_what_the_template_holds() {
    let template = template();
    let mut fixture = start(&template);
    let usage = fixture.space.usage();
    assert_eq!(tmpfs::Usage { handles: 0, ..usage }, template.usage());
    assert_eq!(fixture.names(fixture.root), ["directory", "link", "symlink"]);
    assert_eq!(fixture.content("symlink").unwrap(), vec![1; 3 * PAGE]);
    assert_eq!(fixture.stat("link").unwrap().link_count, 2);
}

#[test]
fn what_one_changes_no_other_sees() {
    let template = template();
    let (mut one, mut other) = (start(&template), start(&template));
    let file = one.open("link").unwrap();
    one.write(file, PAGE as u64, b"mine").unwrap();
    one.rename("directory", "moved").unwrap();
    one.unlink("symlink").unwrap();
    assert_eq!(one.content("moved/file").unwrap()[PAGE..PAGE + 4], *b"mine");
    other.set_size_of("link", 10);
    for fixture in [&mut other, &mut start(&template)] {
        assert_eq!(fixture.names(fixture.root), ["directory", "link", "symlink"]);
    }
    assert_eq!(other.content("directory/file").unwrap(), [1; 10]);
    assert_eq!(start(&template).content("directory/file").unwrap(), vec![1; 3 * PAGE]);
    one.space.audit().unwrap();
}

impl Fixture {
    fn set_size_of(&mut self, path: &str, size: u64) {
        let file = self.open(path).unwrap();
        self.set_size(file, size).unwrap();
        self.close(file);
    }
}

#[test]
fn each_is_charged_in_full_and_copies_are_charged_once() {
    let template = template();
    let mut fixture = start(&template);
    let before = fixture.space.usage();
    let file = fixture.open("link").unwrap();
    for at in 0..3 {
        fixture.write(file, at * PAGE as u64, b"changed").unwrap();
    }
    fixture.close(file);
    assert_eq!(fixture.space.usage(), before, "a copy takes the place of what it was copied from");
    fixture.unlink("link").unwrap();
    fixture.unlink("directory/file").unwrap();
    assert_eq!(fixture.space.usage().content, 0);
    assert_eq!(template.usage().content, before.content);
}

#[test]
fn a_space_that_is_emptied_costs_what_an_empty_one_costs() {
    let template = template();
    let mut fixture = start(&template);
    fixture.unlink("symlink").unwrap();
    fixture.unlink("link").unwrap();
    fixture.unlink("directory/file").unwrap();
    fixture.remove_directory("directory").unwrap();
    assert_eq!(fixture.space.usage(), Fixture::new().space.usage());
}

#[test]
fn a_space_with_too_little_room_is_not_made() {
    let template = template();
    let usage = template.usage();
    for (limits, expected) in [
        (Limits { content: usage.content - 1, ..Limits::default() }, Err(Error::InsufficientSpace)),
        (
            Limits { metadata: usage.metadata - 1, ..Limits::default() },
            Err(Error::InsufficientSpace),
        ),
        (Limits { nodes: usage.nodes - 1, ..Limits::default() }, Err(Error::InsufficientSpace)),
        (
            Limits {
                content: usage.content,
                metadata: usage.metadata,
                nodes: usage.nodes,
                ..Limits::default()
            },
            Ok(()),
        ),
    ] {
        assert_eq!(template.space(settings(limits)).map(drop), expected);
    }
}

#[test]
fn handles_do_not_survive_freezing() {
    let mut fixture = Fixture::new();
    let file = fixture.file("unlinked");
    fixture.write(file, 0, b"gone").unwrap();
    fixture.unlink("unlinked").unwrap();
    let root = fixture.root;
    let template = freeze(fixture);
    assert_eq!(template.usage().nodes, 1, "what only a handle held is gone");
    let space = template.space(settings(Limits::default())).unwrap();
    assert_eq!(space.stat(file), Err(Error::BadDescriptor));
    assert_eq!(space.stat(root), Err(Error::BadDescriptor));
}

#[test]
fn templates_stand_on_templates_up_to_sixteen() {
    let mut layer = freeze(Fixture::new());
    for depth in 1..=15 {
        let mut fixture = start(&layer);
        fixture.file_of(&format!("{depth}"), format!("of {depth}").as_bytes());
        if depth > 1 {
            fixture.rename("shared", &format!("shared {depth}")).unwrap();
        }
        fixture.file_of("shared", &[depth]);
        layer = freeze(fixture);
    }
    let mut top = start(&layer);
    for depth in 1..=15 {
        assert_eq!(top.content(&format!("{depth}")).unwrap(), format!("of {depth}").as_bytes());
    }
    for depth in 2..=15_u8 {
        assert_eq!(top.content(&format!("shared {depth}")).unwrap(), [depth - 1]);
    }
    let held = top.open("shared").unwrap();
    let space = top.into_space().freeze().map(drop).expect_err("it stands on sixteen");
    assert_eq!(space.stat(held).unwrap().size, 1, "nothing happened to it");
}

#[test]
fn a_template_stays_charged_while_anything_stands_on_it() {
    let room = SharedLimits { bytes: 1 << 20, nodes: 100, handles: 100 };
    let shared = SharedLimit::new(room);
    let sharing = || Settings { shared: Some(shared.clone()), ..settings(Limits::default()) };
    let mut fixture = Fixture::of(tmpfs::Space::create(sharing()).unwrap());
    fixture.file_of("file", &[1; 1000]);
    let template = freeze(fixture);
    let one = shared.usage();
    assert_eq!((one.nodes, one.handles), (2, 0));
    let space = template.space(sharing()).unwrap();
    let bytes = one.bytes + template.usage().metadata;
    assert_eq!(shared.usage(), SharedUsage { bytes, nodes: 4, handles: 0 }, "the page counts once");
    drop(template);
    assert_eq!(shared.usage().nodes, 4);
    drop(space);
    assert_eq!(shared.usage(), SharedUsage::default());
}

#[test]
fn identities_differ_between_spaces_of_one_template() {
    let template = template();
    let hash = |seed| {
        let mut space = template.space(Settings::seeded(seed, BEGINNING)).unwrap();
        let root = space.root(tmpfs::DescriptorFlags::READ).unwrap();
        space.metadata_hash_at(root, tmpfs::Follow::No, "link").unwrap()
    };
    assert_eq!(hash([1, 1]), hash([1, 1]));
    assert_ne!(hash([1, 1]), hash([2, 2]));
}

#[test]
fn spaces_of_one_template_work_on_threads() {
    let template = template();
    std::thread::scope(|scope| {
        for byte in 0..4_u8 {
            let template = template.clone();
            scope.spawn(move || {
                let mut fixture = start(&template);
                let file = fixture.open("link").unwrap();
                fixture.write(file, 0, &vec![byte; 3 * PAGE]).unwrap();
                assert_eq!(fixture.content("symlink").unwrap(), vec![byte; 3 * PAGE]);
            });
        }
    });
    assert_eq!(start(&template).content("link").unwrap(), vec![1; 3 * PAGE]);
}
