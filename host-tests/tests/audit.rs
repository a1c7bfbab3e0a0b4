//! The audit events of `tempfile-audited.wasm`, which asks its host before it makes anything, and
//! the effects of a refusal. The expected events were recorded from CPython.

use std::fs;
use std::process::Command;
use std::sync::{Arc, Mutex};

use host_tests::programs::DOC_EXAMPLES;
use host_tests::{
    Answer, Draws, ErrorCode, File, FileOptions, NamedFileOptions, Program, Sandbox,
    SpooledFileOptions, TextError, code_of, did_not_run, dir, name_of, named, names_in, os_at,
};
use tempfile::TempDir;
use xtask::workspace;

include!(concat!(env!("OUT_DIR"), "/programs_of_audit.rs"));

/// The events of CPython 3.13.0, written by `cpython/audit.py`.
const EVENTS: &str = include_str!("cpython/audit.txt");

/// The events that reached the hook, a line each.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// Returns a hook that records its events and refuses the paths for which `refused` returns
    /// true.
    fn hook(
        &self,
        refused: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> impl Fn(&str, &str) -> Answer + Send + Sync + 'static {
        let Self(heard) = self.clone();
        move |event, path| {
            heard.lock().unwrap().push(format!("{event} {path}"));
            Ok(if refused(path) { Err(format!("not {path}")) } else { Ok(()) })
        }
    }
}

/// A call that makes something or fails. It has the same type for binary and text files.
type Call = fn(&Sandbox) -> Result<(), TextError>;

fn made<T>(outcome: Result<T, impl Into<TextError>>) -> Result<(), TextError> {
    outcome.map(drop).map_err(Into::into)
}

fn spooled(max_size: u64, directory: Option<&str>) -> Option<SpooledFileOptions> {
    Some(SpooledFileOptions {
        max_size: Some(max_size.try_into().unwrap()),
        dir: directory.map(str::to_owned),
        ..SpooledFileOptions::default()
    })
}

/// The calls of `cpython/audit.py`, each with the same call of the library.
const CALLS: [(&str, Call); 29] = [
    ("mkstemp()", |it| made(it.mkstemp(None))),
    ("mkstemp(suffix='.x', prefix='p-')", |it| made(it.mkstemp(Some(named("p-", ".x").into())))),
    ("mkstemp(dir='sub')", |it| made(it.mkstemp(dir("sub")))),
    ("mkstemp(dir='./sub/../sub/')", |it| made(it.mkstemp(dir("./sub/../sub/")))),
    ("mkstemp(dir='')", |it| made(it.mkstemp(dir("")))),
    ("mkstemp(dir='missing')", |it| made(it.mkstemp(dir("missing")))),
    ("mkdtemp()", |it| made(it.mkdtemp(None))),
    ("mkdtemp(suffix='.x', prefix='p-')", |it| made(it.mkdtemp(Some(named("p-", ".x"))))),
    ("mkdtemp(dir='sub')", |it| made(it.mkdtemp(dir("sub")))),
    ("mkdtemp(dir='./sub/../sub/')", |it| made(it.mkdtemp(dir("./sub/../sub/")))),
    ("mkdtemp(dir='')", |it| made(it.mkdtemp(dir("")))),
    ("mkdtemp(dir='missing')", |it| made(it.mkdtemp(dir("missing")))),
    ("mktemp()", |it| made(it.mktemp(None))),
    ("gettempdir()", |it| {
        it.set_tempdir(None);
        made(it.gettempdir())
    }),
    ("TemporaryFile()", |it| made(it.temporary_file(None))),
    ("TemporaryFile(dir='sub')", |it| made(it.temporary_file(dir("sub")))),
    ("TemporaryFile('z')", |it| {
        let options = FileOptions { mode: Some("z".to_owned()), ..FileOptions::default() };
        made(it.temporary_file(Some(options)))
    }),
    ("NamedTemporaryFile()", |it| made(it.named_temporary_file(None))),
    ("NamedTemporaryFile(dir='sub')", |it| made(it.named_temporary_file(dir("sub")))),
    ("NamedTemporaryFile('w+', encoding='utf-8')", |it| {
        let encoding = Some("utf-8".to_owned());
        let options = NamedFileOptions { encoding, ..NamedFileOptions::default() };
        made(it.named_temporary_text_file(Some(options)))
    }),
    ("SpooledTemporaryFile(max_size=3).write(b'abc')", |it| {
        made(it.spooled_temporary_file(spooled(3, None))?.write(b"abc"))
    }),
    ("SpooledTemporaryFile(max_size=3).write(b'abcd')", |it| {
        made(it.spooled_temporary_file(spooled(3, None))?.write(b"abcd"))
    }),
    ("SpooledTemporaryFile(dir='sub').rollover()", |it| {
        made(it.spooled_temporary_file(spooled(0, Some("sub")))?.rollover())
    }),
    ("SpooledTemporaryFile(3, 'w+', encoding='utf-8').write('abcd')", |it| {
        made(it.spooled_temporary_text_file(spooled(3, None))?.write("abcd"))
    }),
    ("TemporaryDirectory()", |it| made(it.temporary_directory(None))),
    ("TemporaryDirectory(dir='sub')", |it| made(it.temporary_directory(dir("sub")))),
    ("mkstemp() # TMP_MAX = 2", |it| {
        it.set_tmp_max(2);
        made(it.mkstemp(None))
    }),
    ("mkdtemp() # TMP_MAX = 2", |it| {
        it.set_tmp_max(2);
        made(it.mkdtemp(None))
    }),
    ("mkstemp() # TMP_MAX = 0", |it| {
        it.set_tmp_max(0);
        made(it.mkstemp(None))
    }),
];

/// Makes a call as `cpython/audit.py` does, and formats its events and error as the script does.
fn record(call: &str, make: Call, refusing: bool) -> String {
    let heard = Heard::default();
    let hook =
        heard.hook(move |path| refusing && path.rsplit('/').next().unwrap().starts_with("tmpc"));
    let builder = Sandbox::builder().tmp("/tmp").cwd("/tmp").audit(hook);
    let sandbox = builder.draws(Draws::Script(vec![0, 0, 1, 2, 3, 4, 5])).start();
    sandbox.set_tempdir(Some("/tmp"));
    for directory in [sandbox.tmp().to_owned(), sandbox.tmp().join("sub")] {
        fs::create_dir_all(directory.join("tmpbaaaaaaa")).unwrap();
        fs::write(directory.join("tmpaaaaaaaa"), "").unwrap();
    }
    let before = sandbox.tree();
    let raised = make(&sandbox).err();
    let mut lines = vec![format!("{call}{}", if refusing { ", refused" } else { "" })];
    lines.extend(heard.take().into_iter().map(|event| format!("    {event}")));
    if let Some(error) = raised {
        lines.push(format!("    {}", exception(&error)));
        assert_eq!(sandbox.tree(), before, "{call} failed and left something");
    }
    lines.join("\n")
}

fn exception(error: &TextError) -> &'static str {
    match error {
        TextError::Os(error) if error.code == ErrorCode::Exist => "FileExistsError",
        TextError::Os(error) if error.code == ErrorCode::NoEntry => "FileNotFoundError",
        TextError::Value(_) => "ValueError",
        // The hook of `audit.py` raises a `RuntimeError`.
        TextError::Other(_) => "RuntimeError",
        _ => panic!("{error:?}"),
    }
}

#[test]
fn events_paths_and_refusals_are_cpythons() {
    let mut expected = EVENTS.lines().peekable();
    for refusing in [false, true] {
        for (call, make) in CALLS {
            let mut block = vec![expected.next().expect("as many calls were recorded")];
            while let Some(line) = expected.next_if(|line| line.starts_with(' ')) {
                block.push(line);
            }
            assert_eq!(record(call, make, refusing), block.join("\n"));
        }
    }
    assert_eq!(expected.next(), None, "more calls were recorded");
}

#[test]
fn the_recorded_events_are_those_of_cpython_where_it_is_at_hand() {
    let script = workspace::root().join("host-tests/tests/cpython/audit.py");
    for (name, version) in
        [("python3.14", None), ("python3.13", Some("3.13.0")), ("python3.12", None)]
    {
        let mut python = Command::new(name);
        python.envs(version.map(|version| ("PYENV_VERSION", version))).arg("-I").arg(&script);
        match python.output() {
            Ok(output) if output.status.success() => {
                assert_eq!(String::from_utf8(output.stdout).unwrap(), EVENTS, "{name}");
                return;
            }
            _ => {}
        }
    }
    let test = "audit::the_recorded_events_are_those_of_cpython_where_it_is_at_hand";
    did_not_run(test, "this machine has no Python from 3.12 on; the recorded events serve alone");
}

/// The calls that make a file or directory at once, each with the name of its event.
const MAKERS: [(&str, Call); 11] = [
    ("mkstemp", |it| made(it.mkstemp(None).map(|(file, _)| file.leak()))),
    ("mkstemp", |it| made(it.mkstemp_descriptor(None))),
    ("mkstemp", |it| made(it.open_temporary(None))),
    ("mkstemp", |it| made(it.temporary_file(None).map(|it| it.leak()))),
    ("mkstemp", |it| made(it.temporary_text_file(None).map(|it| it.leak()))),
    ("mkstemp", |it| made(it.named_temporary_file(None).map(|it| it.leak()))),
    ("mkstemp", |it| made(it.named_temporary_text_file(None).map(|it| it.leak()))),
    ("mkstemp", |it| made(it.spooled_temporary_file(None)?.rollover())),
    ("mkstemp", |it| made(it.spooled_temporary_text_file(None)?.rollover())),
    ("mkdtemp", |it| made(it.mkdtemp(None))),
    ("mkdtemp", |it| made(it.temporary_directory(None).map(|it| it.leak()))),
];

#[test]
fn nothing_is_there_yet_when_the_hook_is_asked() {
    for (number, (event, make)) in MAKERS.iter().enumerate() {
        let host = TempDir::new().unwrap();
        fs::write(host.path().join(format!("tmp{}", name_of(1))), "taken").unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let hook = {
            let (seen, host) = (seen.clone(), host.path().to_owned());
            move |event: &str, path: &str| {
                seen.lock().unwrap().push((event.to_owned(), path.to_owned(), names_in(&host)));
                Ok(Ok(()))
            }
        };
        let builder = Sandbox::builder().preopen(host.path(), "/tmp").audit(hook);
        let sandbox = builder.draws(Draws::Script(vec![1, 1, 2])).start();
        sandbox.set_tempdir(Some("/tmp"));
        make(&sandbox).unwrap();
        let asked = |draw| {
            let taken = format!("tmp{}", name_of(1));
            (format!("tempfile.{event}"), format!("/tmp/tmp{}", name_of(draw)), vec![taken])
        };
        assert_eq!(*seen.lock().unwrap(), [asked(1), asked(1), asked(2)], "maker {number}");
    }
}

#[test]
fn a_refusal_reaches_the_caller_in_its_words_and_leaves_nothing() {
    for (number, (event, make)) in MAKERS.iter().enumerate() {
        let heard = Heard::default();
        let sandbox = Sandbox::builder().tmp("/tmp").audit(heard.hook(|_| true)).start();
        let error = make(&sandbox).unwrap_err();
        let [asked] = &heard.take()[..] else { panic!("maker {number} tried another name") };
        let path = asked.strip_prefix(&format!("tempfile.{event} ")).unwrap();
        assert_eq!(error, TextError::Other(format!("not {path}")), "maker {number}");
        assert!(sandbox.tree().is_empty(), "maker {number}");
        assert!(sandbox.owed().is_empty() && sandbox.unclosed().is_empty(), "maker {number}");
    }
}

#[test]
fn a_spooled_file_whose_move_was_refused_is_whole_and_asks_again() {
    let heard = Heard::default();
    let refused = Arc::new(Mutex::new(true));
    let hook = heard.hook({
        let refused = refused.clone();
        move |_| *refused.lock().unwrap()
    });
    let sandbox = Sandbox::builder().tmp("/tmp").audit(hook).start();
    let file = sandbox.spooled_temporary_file(spooled(3, None)).unwrap();
    file.write(b"abc").unwrap();
    assert!(heard.take().is_empty());
    assert_eq!(code_of(&file.write(b"d").unwrap_err()), None);
    assert_eq!(heard.take().len(), 1);
    *refused.lock().unwrap() = false;
    file.write(b"e").unwrap();
    assert_eq!(heard.take().len(), 1);
    file.seek(0, 0).unwrap();
    assert_eq!(file.read(None).unwrap(), b"abcde");
    file.write(b"f").unwrap();
    assert!(heard.take().is_empty(), "it is on the disk");
}

#[test]
fn every_anonymous_file_is_an_event_whatever_is_to_be_kept() {
    let heard = Heard::default();
    let sandbox = Sandbox::builder().tmp("/tmp").audit(heard.hook(|_| false)).start();
    for spare_files in [None, Some(4), Some(0), Some(u32::MAX)] {
        spare_files.into_iter().for_each(|files| sandbox.set_spare_files(files));
        for _ in 0..3 {
            let file = sandbox.temporary_file(None).unwrap();
            file.write(b"bytes").unwrap();
            file.close().unwrap();
            drop(file);
            assert_eq!(heard.take().len(), 1, "{spare_files:?}");
        }
    }
}

#[test]
fn what_becomes_of_a_file_later_is_no_event() {
    let heard = Heard::default();
    let sandbox = Sandbox::builder().tmp("/tmp").audit(heard.hook(|_| false)).start();
    let make = || sandbox.named_temporary_file(None).unwrap();
    let files: [File<'_>; 5] = std::array::from_fn(|_| make());
    let directory = sandbox.temporary_directory(None).unwrap();
    assert_eq!(heard.take().len(), 6);
    files[0].reopen(None, None).unwrap().close().unwrap();
    files[0].close().unwrap();
    files[1].keep().unwrap();
    files[2].persist("/tmp/persisted").unwrap();
    files[3].persist_noclobber("/tmp/linked").unwrap();
    files[4].detach().unwrap();
    sandbox.take(&files[2]).unwrap();
    directory.cleanup().unwrap();
    assert!(sandbox.cleanup().is_empty());
    assert!(heard.take().is_empty());
}

#[test]
fn what_cannot_be_made_is_asked_for_before_it_fails() {
    let heard = Heard::default();
    let outside = "/elsewhere";
    let sandbox =
        Sandbox::builder().tmp("/tmp").draws(Draws::always(7)).audit(heard.hook(|_| false)).start();
    let path = format!("{outside}/tmp{}", name_of(7));
    let refused = os_at(ErrorCode::NotPermitted, "Operation not permitted", &path);
    assert_eq!(sandbox.mkdtemp(dir(outside)).unwrap_err(), refused);
    assert_eq!(heard.take(), [format!("tempfile.mkdtemp {path}")]);
    // A path that is refused for its form alone is never tried.
    sandbox.mkstemp(Some(named("../", "").into())).unwrap_err();
    assert!(heard.take().is_empty());
}

#[test]
fn a_hook_that_traps_ends_the_instance_and_leaves_nothing() {
    let hook = |_: &str, _: &str| wasmtime::bail!("the hook fails");
    let sandbox = Sandbox::builder().tmp("/tmp").audit(hook).start();
    let trap = sandbox.try_mkdtemp(None).unwrap_err();
    assert!(format!("{trap:?}").contains("the hook fails"), "{trap:?}");
    sandbox.try_enter().unwrap_err();
    assert!(sandbox.tree().is_empty());
}

#[test]
fn a_program_that_knows_nothing_of_it_is_audited_where_the_library_is() {
    let heard = Heard::default();
    let builder = Sandbox::builder().tmp("/tmp").audit(heard.hook(|_| false));
    let _ = Program::new(DOC_EXAMPLES, builder).run(&[]).succeeded();
    let events = heard.take();
    for event in ["tempfile.mkstemp /tmp/", "tempfile.mkdtemp /tmp/"] {
        assert!(events.iter().any(|it| it.starts_with(event)), "{event} is not in {events:?}");
    }

    let builder = Sandbox::builder().tmp("/tmp").audit(heard.hook(|_| true));
    let run = Program::new(DOC_EXAMPLES, builder).run(&[]);
    assert!(run.stderr.contains("not /tmp/tmp"), "{}", run.stderr);
    assert_eq!(heard.take().len(), 1);
    assert!(names_in(run.tmp()).is_empty());
}

#[test]
fn hooks_of_the_library_hear_of_everything_in_their_order_and_may_refuse() {
    let run = Program::new(AUDIT_HOOKS, Sandbox::builder().tmp("/tmp")).run(&[]).succeeded();
    assert!(names_in(run.tmp()).is_empty());
}

#[test]
fn a_hook_that_uses_the_file_it_is_asked_about_is_a_trap_that_names_the_place() {
    // Fuel ends a deadlock.
    let builder = Sandbox::builder().tmp("/tmp").fuel(1 << 32);
    let run = Program::new(EVIL_AUDIT_HOOK, builder).run(&[]);
    assert_eq!(run.stdout, "asked about tempfile.mkstemp\n");
    assert!(run.trap.is_some_and(|trap| trap.contains("unreachable")));
    assert!(run.stderr.contains("deadlock"), "{}", run.stderr);
    assert!(run.stderr.contains("src/file/binary.rs:"), "{}", run.stderr);
}
