//! Commands on files, one an argument, and what each answers, one a line: `write PATH TEXT`,
//! `rename PATH PATH`, and so on. Words are separated by single spaces.

use std::env;
use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::AsFd as _;
use std::time::{Duration, SystemTime};

use host_tests_programs::space::files;
use wasip2::cli::exit;
use wasip2::filesystem::preopens;

fn main() {
    for command in env::args().skip(1) {
        let words: Vec<&str> = command.split(' ').collect();
        match answer(&words) {
            Ok(answer) => println!("{command}: {answer}"),
            Err(error) => println!("{command}: {:?} {:?}", error.kind(), error.raw_os_error()),
        }
    }
}

fn answer(words: &[&str]) -> io::Result<String> {
    match *words {
        ["write", path, text] => fs::write(path, text).map(|()| "done".to_owned()),
        ["append", path, text] => {
            let mut file = OpenOptions::new().append(true).open(path)?;
            file.write_all(text.as_bytes()).map(|()| "done".to_owned())
        }
        ["write-at", path, offset, text] => {
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
            file.seek(SeekFrom::Start(number(offset)))?;
            file.write_all(text.as_bytes()).map(|()| "done".to_owned())
        }
        ["read", path] => fs::read_to_string(path),
        ["read-at", path, offset, length] => {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(number(offset)))?;
            let mut bytes = Vec::new();
            file.take(number(length)).read_to_end(&mut bytes)?;
            Ok(format!("{bytes:?}"))
        }
        ["size", path] => Ok(fs::metadata(path)?.len().to_string()),
        ["rename", from, to] => fs::rename(from, to).map(|()| "done".to_owned()),
        ["link", from, to] => fs::hard_link(from, to).map(|()| "done".to_owned()),
        ["symlink", target, path] => {
            let directory = File::open("/tmp")?;
            let path = path.strip_prefix("/tmp/").expect("links are made below /tmp");
            rustix::fs::symlinkat(target, directory.as_fd(), path)?;
            Ok("done".to_owned())
        }
        ["mkdir", path] => fs::create_dir(path).map(|()| "done".to_owned()),
        // One directory in the other, all of the same name.
        ["nest", path, name, depth] => {
            fs::create_dir_all(format!("{path}/{}", vec![name; number_of(depth)].join("/")))?;
            Ok("done".to_owned())
        }
        ["rmdir", path] => fs::remove_dir(path).map(|()| "done".to_owned()),
        ["rm", path] => fs::remove_file(path).map(|()| "done".to_owned()),
        ["ls", path] => {
            let names = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name()));
            let mut names = names.collect::<io::Result<Vec<_>>>()?;
            names.sort();
            Ok(format!("{names:?}"))
        }
        ["count", path] => Ok(fs::read_dir(path)?.count().to_string()),
        ["cut", path, size] => {
            let file = OpenOptions::new().write(true).open(path)?;
            file.set_len(number(size)).map(|()| "done".to_owned())
        }
        // Without the permission to write.
        ["cut-read", path, size] => {
            File::open(path)?.set_len(number(size)).map(|()| "done".to_owned())
        }
        ["touch", path, seconds] => {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(number(seconds));
            let file = OpenOptions::new().write(true).open(path)?;
            file.set_times(FileTimes::new().set_modified(time))?;
            let told = file.metadata()?.modified()?.duration_since(SystemTime::UNIX_EPOCH);
            Ok(told.map_or_else(|_| "before".to_owned(), |it| it.as_secs().to_string()))
        }
        // Files of 1 KiB until one is refused, or so many.
        ["fill", path, most] => {
            for made in 0..number(most) {
                if let Err(error) = fs::write(format!("{path}/{made}"), [1; 1024]) {
                    return Ok(format!("{made} {:?}", error.raw_os_error()));
                }
            }
            Ok(most.to_owned())
        }
        // Empty files.
        ["many", path, count] => {
            for made in 0..number(count) {
                File::create(format!("{path}/{made}"))?;
            }
            Ok(count.to_owned())
        }
        ["clear"] => Ok(format!("{:?}", files::clear())),
        // All of standard input.
        ["cat"] => io::read_to_string(io::stdin()),
        ["warn", text] => {
            eprintln!("{text}");
            Ok("done".to_owned())
        }
        // What the host tells: arguments, variables, names of directories.
        ["told"] => {
            let (arguments, variables) = (env::args(), env::vars());
            let (arguments, variables) = (Vec::from_iter(arguments), Vec::from_iter(variables));
            let directories = preopens::get_directories();
            let directories = directories.into_iter().map(|(_, name)| name);
            let directories = directories.collect::<Vec<_>>();
            Ok(format!("{arguments:?} {variables:?} {directories:?}"))
        }
        ["env", name] => Ok(env::var(name).unwrap_or_else(|_| "not set".to_owned())),
        ["spin"] => loop {
            std::hint::spin_loop();
        },
        ["exit", status] => std::process::exit(status.parse().expect("a status")),
        // C's `exit` tells success or failure only.
        ["exit-with", status] => {
            exit::exit_with_code(status.parse().expect("a status"));
            Ok("went on".to_owned())
        }
        ["abort"] => std::process::abort(),
        _ => panic!("no such command: {words:?}"),
    }
}

fn number_of(word: &str) -> usize {
    number(word).try_into().expect("it is a length")
}

fn number(word: &str) -> u64 {
    word.parse().expect("it is a number")
}
