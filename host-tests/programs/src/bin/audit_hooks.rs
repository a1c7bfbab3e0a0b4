//! Adds audit hooks to the library that is linked in. The hooks are called for everything that is
//! made, in the order in which they were added. They refuse some of it, and use the library
//! themselves.

use std::sync::Mutex;
use std::{fs, mem};

use wasi_tempfile::cleanup::{cleanup, owed, unclosed};
use wasi_tempfile::{
    Error, FileOptions, NameOptions, Result, SpooledOptions, add_audit_hook, gettempdir, mkdtemp,
    mkstemp, mktemp, open_temporary, set_spare_files, spooled_temporary_file, temporary_file,
};

static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn hear(hook: &str, event: &str, path: &str) {
    HEARD.lock().unwrap().push(format!("{hook}: {event} {path}"));
}

/// Returns the calls of hooks since the last time.
fn heard() -> Vec<String> {
    mem::take(&mut HEARD.lock().unwrap())
}

fn prefix(prefix: &str) -> NameOptions<'_> {
    NameOptions::new().prefix(prefix)
}

fn anonymous() -> Result<()> {
    temporary_file(&FileOptions::new())?.close()
}

fn spooled() -> Result<()> {
    spooled_temporary_file(&SpooledOptions::new())?.rollover()
}

fn handed_out() -> Result<()> {
    open_temporary(&NameOptions::new()).map(drop)
}

fn main() {
    // Leave a spare file. No later file may use it once a hook is added.
    anonymous().unwrap();

    add_audit_hook(|event, path| {
        hear("first", event, path);
        // A hook may use the library: the call that waits for the hook holds no lock.
        assert_eq!(gettempdir().unwrap(), "/tmp");
        assert!(owed().is_empty() && unclosed().is_empty() && cleanup().is_empty());
        if path.contains("log-") {
            return Ok(());
        }
        let log = mkdtemp(&prefix("log-")).map_err(|error| error.to_string())?;
        fs::remove_dir(log).map_err(|error| error.to_string())
    });
    add_audit_hook(|event, path| {
        hear("second", event, path);
        if path.contains("secret-") { Err("it is secret".to_owned()) } else { Ok(()) }
    });
    add_audit_hook(|event, path| {
        hear("third", event, path);
        Ok(())
    });

    set_spare_files(4);
    for make in [anonymous, anonymous, spooled, handed_out] {
        make().unwrap();
        let expected = [
            "first: tempfile.mkstemp /tmp/tmp",
            "first: tempfile.mkdtemp /tmp/log-",
            "second: tempfile.mkdtemp /tmp/log-",
            "third: tempfile.mkdtemp /tmp/log-",
            "second: tempfile.mkstemp /tmp/tmp",
            "third: tempfile.mkstemp /tmp/tmp",
        ];
        let heard = heard();
        assert_eq!(heard.len(), expected.len(), "{heard:?}");
        assert!(heard.iter().zip(expected).all(|(it, start)| it.starts_with(start)), "{heard:?}");
    }
    mktemp(&NameOptions::new()).unwrap();
    assert!(heard().is_empty());

    for make in [|| mkstemp(&prefix("secret-")).map(drop), || mkdtemp(&prefix("secret-")).map(drop)]
    {
        assert_eq!(make(), Err(Error::Other("it is secret".into())));
        let heard = heard();
        assert_eq!(heard.iter().filter(|it| it.contains("secret-")).count(), 2, "{heard:?}");
        assert!(!heard.iter().any(|it| it.starts_with("third") && it.contains("secret-")));
    }

    // A hook added by another hook is called for the same event already, as in CPython.
    add_audit_hook(|_, _| {
        add_audit_hook(|_, _| Err("nothing any more".to_owned()));
        Ok(())
    });
    assert_eq!(mkdtemp(&NameOptions::new()).unwrap_err().to_string(), "nothing any more");
}
