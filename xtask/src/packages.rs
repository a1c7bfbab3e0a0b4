//! Packages of Python's index. They are pinned by the hashes of their files, fetched with three
//! attempts, and kept under the target folder.

use std::fmt;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};

use crate::{command, lock, workspace};

/// A package, and its permitted files.
#[derive(Clone, Copy, Debug, Hash)]
pub struct Package {
    /// The name and version, as in `ziglang==0.17.1`.
    pub requirement: &'static str,
    /// The SHA-256 of each platform's file, in hexadecimal.
    pub hashes: &'static [&'static str],
}

impl Package {
    /// Returns the line of a requirements file.
    fn line(&self) -> String {
        let hashes = self.hashes.iter().map(|hash| format!(" --hash=sha256:{hash}"));
        format!("{}{}\n", self.requirement, hashes.collect::<String>())
    }
}

/// The reason why a package is not available.
#[derive(Debug)]
pub enum Failure {
    /// It could not be fetched here: there is no Python, no answer of the index, or no file for
    /// this platform.
    Absent(String),
    /// The index answered, but the file is wrong or cannot be installed.
    Broken(anyhow::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent(reason) => f.write_str(reason),
            Self::Broken(error) => write!(f, "{error:#}"),
        }
    }
}

/// The pauses between three tries.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(10)];

/// Returns the folder for packages and for the files that their tools make.
#[must_use]
pub fn home() -> PathBuf {
    workspace::target_dir().join("foreign")
}

/// Returns the folder of the package, for `PYTHONPATH`. The first call fetches it.
///
/// # Errors
/// It is not available, or does not match its hashes.
pub fn python(package: &Package) -> Result<PathBuf, Failure> {
    install("python3".as_ref(), package, &home(), &PAUSES)
}

fn install(
    python: &Path,
    package: &Package,
    home: &Path,
    pauses: &[Duration],
) -> Result<PathBuf, Failure> {
    let mut hasher = DefaultHasher::new();
    package.hash(&mut hasher);
    let name = format!("{}-{:016x}", package.requirement, hasher.finish());
    let folder = home.join(&name);
    let held = lock::hold(&home.join(format!("{name}.lock"))).map_err(Failure::Broken)?;
    if folder.exists() {
        return Ok(folder);
    }
    let partial = home.join(format!("{name}.{}.partial", process::id()));
    let made = make(python, package, &partial, pauses);
    let made = made.and_then(|installed| {
        let moved = fs::rename(installed, &folder).context("keeping a package");
        moved.map_err(Failure::Broken)
    });
    // The rest of a failed attempt is useless, and an error of removing it is not interesting.
    let _ = fs::remove_dir_all(&partial);
    drop(held);
    made.map(|()| folder)
}

/// Fetches and installs a package into a folder of `partial`, and returns that folder.
fn make(
    python: &Path,
    package: &Package,
    partial: &Path,
    pauses: &[Duration],
) -> Result<PathBuf, Failure> {
    let absent = |reason| Failure::Absent(format!("no {}: {reason}", package.requirement));
    match command::read_if_present(Command::new(python).args(["-m", "pip", "--version"])) {
        Ok(Some(_)) => {}
        Ok(None) => return Err(absent(format!("there is no program {}", python.display()))),
        Err(error) => return Err(absent(format!("{error:#}"))),
    }
    let requirements = partial.join("requirements.txt");
    let written =
        fs::create_dir_all(partial).and_then(|()| fs::write(&requirements, package.line()));
    written.context("writing the requirements").map_err(Failure::Broken)?;
    let pip = |words: &[&str]| {
        let mut pip = Command::new(python);
        pip.args(["-m", "pip", "--disable-pip-version-check", "--quiet"]).args(words);
        pip.args(["--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement"]);
        pip.arg(&requirements);
        pip
    };
    let files = partial.join("files");
    fetch(package, pauses, || {
        command::read(pip(&["download"]).arg("--dest").arg(&files)).map(drop)
    })?;
    let installed = partial.join("installed");
    let mut install = pip(&["install", "--no-index"]);
    install.arg("--find-links").arg(&files).arg("--target").arg(&installed);
    let outcome = command::read(&mut install);
    outcome.context("installing a package").map_err(Failure::Broken)?;
    Ok(installed)
}

/// Fetches a package, with pauses between attempts. A file whose hash is not pinned ends the
/// attempts at once.
fn fetch(
    package: &Package,
    pauses: &[Duration],
    mut attempt: impl FnMut() -> Result<()>,
) -> Result<(), Failure> {
    let mut pauses = pauses.iter();
    loop {
        let Err(error) = attempt() else { return Ok(()) };
        let said = format!("{error:#}");
        if said.contains("DO NOT MATCH THE HASHES") {
            return Err(Failure::Broken(anyhow!("{}: {said}", package.requirement)));
        }
        let Some(pause) = pauses.next() else {
            let reason = said.lines().rfind(|line| line.contains("ERROR")).unwrap_or(&said);
            return Err(Failure::Absent(format!("no {}: {}", package.requirement, reason.trim())));
        };
        eprintln!("packages: {} is tried again: {said}", package.requirement);
        thread::sleep(*pause);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;
    use std::time::Duration;
    use std::{env, fs, process};

    use super::{Failure, Package, install};

    const PACKAGE: Package = Package { requirement: "thing==1.0", hashes: &["aa", "bb"] };
    const NO_PAUSES: [Duration; 2] = [Duration::ZERO; 2];

    /// A folder with a program in the place of Python, which records its calls.
    struct Python(PathBuf);

    impl Python {
        /// Makes the folder. `download` and `install` are the shell commands for these two words of
        /// pip.
        fn new(name: &str, download: &str, install: &str) -> Self {
            let folder = env::temp_dir().join(format!("xtask-packages-{name}-{}", process::id()));
            fs::create_dir_all(&folder).unwrap();
            let script = format!(
                "#!/bin/sh\n[ \"$3\" = --version ] && exit 0\necho \"$*\" >> '{0}/calls'\n\
                tries=$(grep -c ' download ' '{0}/calls')\n\
                while [ $# -gt 1 ]; do\n\
                case $1 in download|install) word=$1 ;; --target) target=$2 ;;\n\
                --requirement) requirements=$2 ;; esac; shift; done\n\
                if [ $word = download ]; then {download}; fi\n\
                {install}\n",
                folder.display()
            );
            let program = folder.join("python");
            fs::write(&program, script).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
            Self(folder)
        }

        fn install(&self) -> Result<PathBuf, Failure> {
            install(&self.0.join("python"), &PACKAGE, &self.0.join("home"), &NO_PAUSES)
        }

        /// Counts the calls of pip with this word.
        fn calls(&self, word: &str) -> usize {
            let calls = fs::read_to_string(self.0.join("calls")).unwrap();
            calls.lines().filter(|call| call.contains(&format!(" {word} "))).count()
        }
    }

    impl Drop for Python {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    const INSTALL: &str = "mkdir -p $target; cp $requirements $target/";

    #[test]
    fn a_package_is_fetched_once_by_its_hashes_and_kept() {
        let python = Python::new("kept", "exit 0", INSTALL);
        let folder = python.install().unwrap();
        let requirements = fs::read_to_string(folder.join("requirements.txt")).unwrap();
        assert_eq!(requirements, "thing==1.0 --hash=sha256:aa --hash=sha256:bb\n");
        assert_eq!(python.install().unwrap(), folder);
        assert_eq!((python.calls("download"), python.calls("install")), (1, 1));
        let calls = fs::read_to_string(python.0.join("calls")).unwrap();
        assert!(calls.lines().all(|call| call.contains("--require-hashes")), "{calls}");
    }

    #[test]
    fn an_index_that_answers_at_the_third_try_is_enough() {
        let python = Python::new("third", "[ $tries -ge 3 ] || exit 1; exit 0", INSTALL);
        assert!(python.install().is_ok());
        assert_eq!(python.calls("download"), 3);
    }

    #[test]
    fn an_index_that_does_not_answer_makes_the_package_absent_after_three_tries() {
        let python = Python::new("absent", "echo 'ERROR: no route' >&2; exit 1", INSTALL);
        let failure = python.install().unwrap_err();
        assert!(matches!(&failure, Failure::Absent(reason) if reason.contains("no route")));
        assert!(failure.to_string().contains("thing==1.0"), "{failure}");
        assert_eq!((python.calls("download"), python.calls("install")), (3, 0));
        let left = fs::read_dir(python.0.join("home")).unwrap().count();
        assert_eq!(left, 1, "the lock alone is left");
    }

    #[test]
    fn a_file_of_another_hash_is_a_failure_at_once() {
        let said = "echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES' >&2; exit 1";
        let python = Python::new("hashes", said, INSTALL);
        assert!(matches!(python.install(), Err(Failure::Broken(_))));
        assert_eq!(python.calls("download"), 1);
    }

    #[test]
    fn a_package_that_was_had_and_cannot_be_installed_is_a_failure() {
        let python = Python::new("broken", "exit 0", "exit 1");
        assert!(matches!(python.install(), Err(Failure::Broken(_))));
    }

    #[test]
    fn without_python_the_package_is_absent() {
        let home = env::temp_dir().join(format!("xtask-packages-none-{}", process::id()));
        let failure = install("/no/such/python".as_ref(), &PACKAGE, &home, &NO_PAUSES);
        fs::remove_dir_all(home).unwrap();
        let reason = failure.unwrap_err().to_string();
        assert_eq!(reason, "no thing==1.0: there is no program /no/such/python");
    }
}
