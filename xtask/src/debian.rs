//! The distribution's packages of Rust's source and of wasi-libc: found on the mirror that this
//! system uses, verified by apt against the archive's keys, unpacked without being installed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::command;

/// The archive's keys, as the package debian-archive-keyring installs them.
const KEYRINGS: [&str; 2] = [
    "/usr/share/keyrings/debian-archive-keyring.pgp",
    "/usr/share/keyrings/debian-archive-keyring.gpg",
];

/// The suites that may have a version of rust-src, the likeliest first. They are tried in this
/// order.
const SUITES: [(Archive, &str); 7] = [
    (Archive::Main, "trixie-backports"),
    (Archive::Main, "forky"),
    (Archive::Main, "sid"),
    (Archive::Main, "trixie"),
    (Archive::Security, "trixie-security"),
    (Archive::Security, "bookworm-security"),
    (Archive::Main, "bookworm"),
];

/// The archive of a suite. Debian keeps its security updates on a mirror of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Archive {
    Main,
    Security,
}

/// The packages that [`unpack`] found.
pub(crate) struct Packages {
    /// Rust's `library` folder.
    pub(crate) rust_library: PathBuf,
    /// The folder with one folder of C libraries for each target.
    pub(crate) libc: PathBuf,
}

/// Downloads and unpacks the source of exactly this Rust release, and wasi-libc, into `folder`.
pub(crate) fn unpack(release: &str, folder: &Path) -> Result<Packages> {
    let apt = Apt::new(folder.join("apt"))?;
    let mut lists = String::new();
    let mut offered = BTreeSet::new();
    for (archive, suite) in SUITES {
        let sources = apt.sources(archive, suite);
        if sources.is_empty() {
            continue;
        }
        fs::write(&apt.list, format!("{lists}{sources}"))?;
        if let Err(error) = apt.run("apt-get", &["update"]) {
            eprintln!("target: no package list of {suite} ({})", complaint(&error.to_string()));
            continue;
        }
        lists += &sources;
        let known = apt.run("apt-cache", &["madison", "rust-src", "wasi-libc"])?;
        let sources = versions(&known, "rust-src");
        let libc = versions(&known, "wasi-libc");
        offered.extend(sources.iter().map(|version| upstream(version).to_owned()));
        let source = sources.iter().find(|version| upstream(version) == release);
        if let (Some(source), Some(libc)) = (source, libc.first()) {
            return apt.fetch(&[format!("rust-src={source}"), format!("wasi-libc={libc}")], folder);
        }
    }
    if offered.is_empty() {
        bail!("the mirrors in apt's sources give no package rust-src");
    }
    let offered = offered.into_iter().collect::<Vec<_>>().join(", ");
    bail!("no rust-src of version {release} with a wasi-libc; the mirrors offer rust-src {offered}")
}

/// apt with its own sources, lists and caches, apart from the system's. It needs no root and
/// changes nothing outside its folder.
struct Apt {
    folder: PathBuf,
    list: PathBuf,
    config: PathBuf,
    keyring: &'static str,
    mirrors: Vec<(Archive, String)>,
}

impl Apt {
    fn new(folder: PathBuf) -> Result<Self> {
        let keyring = KEYRINGS.into_iter().find(|keyring| Path::new(keyring).exists());
        let keyring = keyring.context("this system has no debian-archive-keyring")?;
        let mut ask = Command::new("apt-get");
        // Without release information apt lists its sources alone, whether they were updated or
        // not.
        ask.args(["indextargets", "--no-release-info", "--format", "$(REPO_URI)"]);
        let uris = command::read_if_present(&mut ask)?.context("this system has no apt-get")?;
        let mirrors = mirrors(&uris);
        if mirrors.is_empty() {
            bail!("apt's sources name no Debian mirror");
        }
        fs::create_dir_all(folder.join("lists/partial"))?;
        fs::create_dir_all(folder.join("cache"))?;
        let config = folder.join("apt.conf");
        let list = folder.join("sources.list");
        fs::write(&config, settings(&folder, &list))?;
        Ok(Self { folder, list, config, keyring, mirrors })
    }

    fn sources(&self, archive: Archive, suite: &str) -> String {
        let mirrors = self.mirrors.iter().filter(|(of, _)| *of == archive);
        mirrors.fold(String::new(), |mut lines, (_, uri)| {
            let options = format!("target=Packages signed-by={}", self.keyring);
            writeln!(lines, "deb [{options}] {uri} {suite} main")
                .expect("BUG: a string takes text");
            lines
        })
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(program);
        command.arg("-c").arg(&self.config).args(arguments);
        // The code below searches apt's output, so its language must be fixed.
        command.current_dir(&self.folder).env("LC_ALL", "C");
        command::read(&mut command)
    }

    fn fetch(&self, packages: &[String], folder: &Path) -> Result<Packages> {
        eprintln!("target: downloading {}", packages.join(" and "));
        let mut arguments = vec!["download"];
        arguments.extend(packages.iter().map(String::as_str));
        self.run("apt-get", &arguments)?;
        let unpacked = folder.join("packages");
        for file in entries(&self.folder)? {
            if file.extension().is_some_and(|extension| extension == "deb") {
                command::read(Command::new("dpkg-deb").arg("-x").arg(file).arg(&unpacked))?;
            }
        }
        let sources = entries(&unpacked.join("usr/src"))?;
        let library =
            sources.into_iter().map(|source| source.join("library")).find(|it| it.is_dir());
        let rust_library = library.context("the package rust-src has no folder `library`")?;
        Ok(Packages { rust_library, libc: unpacked.join("usr/lib") })
    }
}

/// Returns settings without the system's hooks, which would run after an update of these private
/// lists, too. As root, apt would fetch as a user who may not be able to enter this folder; the
/// settings prevent that.
fn settings(folder: &Path, list: &Path) -> String {
    let folder = folder.display();
    format!(
        "#clear APT::Update::Pre-Invoke;\n\
        #clear APT::Update::Post-Invoke;\n\
        #clear APT::Update::Post-Invoke-Success;\n\
        APT::Sandbox::User \"root\";\n\
        APT::Get::AllowUnauthenticated \"false\";\n\
        Acquire::AllowInsecureRepositories \"false\";\n\
        APT::Update::Error-Mode \"any\";\n\
        Acquire::Languages \"none\";\n\
        Acquire::Retries \"1\";\n\
        Acquire::http::Timeout \"10\";\n\
        Acquire::https::Timeout \"10\";\n\
        Dir::Etc::sourcelist \"{}\";\n\
        Dir::Etc::sourceparts \"-\";\n\
        Dir::State::lists \"{folder}/lists\";\n\
        Dir::Cache \"{folder}/cache\";\n",
        list.display()
    )
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let context = || format!("reading {}", folder.display());
    let entries = fs::read_dir(folder).with_context(context)?;
    entries.map(|entry| Ok(entry.with_context(context)?.path())).collect()
}

/// Returns the first line that apt marks as an error. Later lines only report how the run ended.
fn complaint(said: &str) -> &str {
    let error = said.lines().find_map(|line| line.strip_prefix("E: "));
    error.or_else(|| said.lines().next_back()).unwrap_or_default()
}

/// Returns the Debian mirrors among the addresses of apt's sources, recognised by the archive's
/// folder names. apt has already read both formats of its sources.
fn mirrors(uris: &str) -> Vec<(Archive, String)> {
    let mirrors = uris.lines().filter_map(|uri| {
        let archive = match uri.trim_end_matches('/').rsplit('/').next()? {
            "debian" => Archive::Main,
            "debian-security" => Archive::Security,
            _ => return None,
        };
        Some((archive, uri.to_owned()))
    });
    mirrors.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Returns the versions of a package in the output of `apt-cache madison`, newest first.
fn versions(madison: &str, package: &str) -> Vec<String> {
    let rows = madison.lines().filter_map(|line| {
        let mut cells = line.split('|').map(str::trim);
        (cells.next()? == package).then(|| cells.next().map(str::to_owned))?
    });
    rows.collect()
}

/// Returns the upstream part of a Debian version: without epoch, revision and repack suffix.
fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_epoch, rest)| rest);
    let version = version.rsplit_once('-').map_or(version, |(rest, _revision)| rest);
    version.split_once("+dfsg").map_or(version, |(rest, _repack)| rest)
}

#[cfg(test)]
mod tests {
    use super::{Archive, complaint, mirrors, upstream, versions};

    #[test]
    fn a_package_belongs_to_the_rust_release_that_its_upstream_version_names() {
        assert_eq!(upstream("1.95.0+dfsg1-2~bpo13+1"), "1.95.0");
        assert_eq!(upstream("1.95.0-1"), "1.95.0");
        assert_eq!(upstream("1:1.95.0+dfsg-1"), "1.95.0");
    }

    #[test]
    fn a_prerelease_is_not_the_release() {
        assert_ne!(upstream("1.95.0~beta.3+dfsg1-1"), "1.95.0");
        assert_ne!(upstream("1.95.0+really1.94.1-1"), "1.95.0");
    }

    #[test]
    fn versions_are_read_for_one_package_in_the_order_of_apt() {
        let madison = "  rust-src | 1.96.1+dfsg1-2 | http://mirror.example/debian sid/main amd64\n  \
            rust-src | 1.95.0+dfsg1-2 | http://mirror.example/debian sid/main amd64\n \
            wasi-libc | 0.0~git2026-3 | http://mirror.example/debian sid/main amd64\n";
        assert_eq!(versions(madison, "rust-src"), ["1.96.1+dfsg1-2", "1.95.0+dfsg1-2"]);
        assert_eq!(versions(madison, "wasi-libc"), ["0.0~git2026-3"]);
        assert!(versions(madison, "rust").is_empty());
    }

    #[test]
    fn of_what_apt_says_the_first_error_is_told() {
        let said =
            "apt-get update: exit status: 100\nW: a key expires\nE: no connection\nE: ignored";
        assert_eq!(complaint(said), "no connection");
        assert_eq!(complaint("apt-get update: killed"), "apt-get update: killed");
    }

    #[test]
    fn mirrors_of_debian_are_told_from_other_sources_once_each() {
        let uris = "http://mirror.example/debian/\nhttp://mirror.example/debian/\n\
            http://mirror.example/debian-security/\nhttps://other.example/node_20.x/\n";
        let expected = [
            (Archive::Main, "http://mirror.example/debian/".to_owned()),
            (Archive::Security, "http://mirror.example/debian-security/".to_owned()),
        ];
        assert_eq!(mirrors(uris), expected);
    }
}
