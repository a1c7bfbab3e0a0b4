//! Runs commands on files, such as `write PATH TEXT` and `rename PATH PATH`. Each argument is a
//! command of words separated by single spaces. The program prints the answer to each on a line.

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
        // Makes nested directories of the same name.
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
        // Sets the size of a file that is not open for writing.
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
        // Makes files of 1 KiB, until one is refused or there are `most`.
        ["fill", path, most] => {
            for made in 0..number(most) {
                if let Err(error) = fs::write(format!("{path}/{made}"), [1; 1024]) {
                    return Ok(format!("{made} {:?}", error.raw_os_error()));
                }
            }
            Ok(most.to_owned())
        }
        // Makes empty files.
        ["many", path, count] => {
            for made in 0..number(count) {
                File::create(format!("{path}/{made}"))?;
            }
            Ok(count.to_owned())
        }
        ["clear"] => Ok(format!("{:?}", files::clear())),
        // Returns all of standard input.
        ["cat"] => io::read_to_string(io::stdin()),
        ["sleep", seconds] => {
            std::thread::sleep(Duration::from_secs(number(seconds)));
            Ok("done".to_owned())
        }
        ["warn", text] => {
            eprintln!("{text}");
            Ok("done".to_owned())
        }
        // Returns what the host gives: arguments, variables, and names of directories.
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
        // C's `exit` reports success or failure only, so call WASI.
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
