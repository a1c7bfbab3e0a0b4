//! The example under plain `wasmtime serve`, with a filesystem in memory of 4 MiB composed under it
//! or embedded in it.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::{Barrier, LazyLock};
use std::thread;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chance::Chance;
use host_tests::composed;
use scratch_compose::{Form, Memory, Options, Record, binary};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use ureq::SendBody;
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, plug};
use xtask::components;

use client::{Answer, Connection, post, request};
use server::Server;

mod client;
mod server;

/// The most bytes that fit the filesystem.
const LIMIT: usize = 4 << 20;

/// The most bytes that stay in the handler's memory.
const IN_MEMORY: usize = 64 << 10;

/// The forms of the filesystem.
const FORMS: [Form; 2] = [Form::Composed, Form::Embedded];

/// The files of the example, as `scratch compose --bytes 4M` makes them, one for each form.
static SERVERS: LazyLock<(TempDir, [PathBuf; 2])> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let program = fs::read(components::build("upload").unwrap()).unwrap();
    let files = FORMS.map(|form| {
        let records = vec![Record::Variable("TMPFS_BYTES".into(), "4M".into())];
        let memory = Memory { form: Some(form), records, ..Memory::default() };
        let options = Options { memory: Some(memory), ..Options::default() };
        let file = folder.path().join(format!("{form:?}.wasm"));
        fs::write(&file, composed(&program, &options).unwrap()).unwrap();
        file
    });
    (folder, files)
});

fn servers() -> [&'static Path; 2] {
    SERVERS.1.each_ref().map(PathBuf::as_path)
}

fn serve(server: &Path) -> Server {
    Server::start(server, &[])
}

/// Makes bytes without a pattern, other ones for each seed.
fn sample(length: usize, seed: u32) -> Vec<u8> {
    let mut chance = Chance(seed.into());
    let mut bytes = vec![0; length];
    for eight in bytes.chunks_mut(8) {
        eight.copy_from_slice(&chance.draw().to_le_bytes()[..eight.len()]);
    }
    bytes
}

/// Asserts that the answer is the upload, with the right headers.
fn assert_echo(answer: &Answer, upload: &[u8]) {
    assert_eq!(answer.status, 200, "{} bytes: {:?}", upload.len(), answer.headers);
    assert!(answer.body == upload, "{} bytes come back as they were", upload.len());
    let digest = format!("sha-256=:{}:", BASE64_STANDARD.encode(Sha256::digest(upload)));
    assert_eq!(answer.headers["content-digest"], digest);
    assert_eq!(answer.headers["content-length"], upload.len().to_string());
    let place = if upload.len() <= IN_MEMORY { "memory" } else { "file" };
    assert_eq!(answer.headers["upload-stored-in"], place, "{} bytes", upload.len());
}

fn assert_full(answer: &Answer) {
    assert_eq!(answer.status, 507, "{:?}", answer.headers);
    assert_eq!(answer.text(), "the upload cannot be stored: No space left on device\n");
}

#[test]
fn the_composition_imports_only_what_plain_serve_links() {
    for file in servers() {
        let mut imports = binary::imports(&fs::read(file).unwrap()).unwrap();
        imports.sort();
        assert_eq!(
            imports,
            [
                "wasi:clocks/wall-clock@0.2.12",
                "wasi:http/types@0.2.12",
                "wasi:io/error@0.2.12",
                "wasi:io/poll@0.2.12",
                "wasi:io/streams@0.2.12",
                "wasi:random/random@0.2.12",
            ]
        );
    }
}

#[test]
fn without_a_filesystem_under_it_serve_refuses_it() {
    let alone = components::build("upload").unwrap();
    let started = thread::spawn(move || Server::start(&alone, &[])).join();
    let said = *started.err().expect("it must not start").downcast::<String>().unwrap();
    assert!(said.contains("wasi:cli/environment") || said.contains("wasi:filesystem"), "{said}");
}

#[test]
fn uploads_of_every_size_up_to_the_limit_come_back() {
    for file in servers() {
        let server = serve(file);
        let edges = [IN_MEMORY - 1, IN_MEMORY, IN_MEMORY + 1, LIMIT - 1, LIMIT];
        for length in [0, 1, 4096, 1 << 20, 3_333_333].into_iter().chain(edges) {
            let upload = sample(length, 1);
            assert_echo(&post(&server, &upload[..]), &upload);
        }
    }
}

#[test]
fn over_the_limit_is_507_and_the_next_upload_works() {
    for file in servers() {
        let server = serve(file);
        let fits = sample(LIMIT, 2);
        for length in [LIMIT + 1, LIMIT + IN_MEMORY, 3 * LIMIT] {
            assert_full(&post(&server, &sample(length, 3)[..]));
            assert_echo(&post(&server, &fits[..]), &fits);
        }
    }
}

#[test]
fn an_upload_without_a_length_is_taken_and_refused_likewise() {
    for file in servers() {
        let server = serve(file);
        for length in [0, 1, IN_MEMORY, IN_MEMORY + 1, LIMIT] {
            let upload = sample(length, 4);
            let answer = post(&server, SendBody::from_owned_reader(Cursor::new(upload.clone())));
            assert_echo(&answer, &upload);
        }
        let too_long = sample(LIMIT + 1, 5);
        assert_full(&post(&server, SendBody::from_owned_reader(Cursor::new(too_long))));
    }
}

#[test]
fn a_refused_upload_leaves_its_connection_usable() {
    for file in servers() {
        let server = serve(file);
        let mut connection = Connection::open(&server);
        let (fits, too_long) = (sample(LIMIT, 6), sample(2 * LIMIT, 7));
        for _ in 0..2 {
            connection.begin(too_long.len());
            connection.send(&too_long);
            assert_full(&connection.answer());
            connection.begin(fits.len());
            connection.send(&fits);
            assert_echo(&connection.answer(), &fits);

            connection.begin_chunks();
            too_long.chunks(100_003).chain([&[][..]]).for_each(|chunk| connection.chunk(chunk));
            assert_full(&connection.answer());
            connection.begin_chunks();
            fits.chunks(77_777).chain([&[][..]]).for_each(|chunk| connection.chunk(chunk));
            assert_echo(&connection.answer(), &fits);
        }
    }
}

/// Lets each client send half before any sends the rest. All uploads are stored at once: 32 times
/// what a single filesystem could hold.
#[test]
fn many_at_once_have_a_filesystem_each() {
    for file in servers() {
        const CLIENTS: u32 = 32;
        let server = serve(file);
        let halfway = Barrier::new(32);
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (server, halfway) = (&server, &halfway);
                scope.spawn(move || {
                    let too_long = client % 4 == 3;
                    let upload = sample(if too_long { LIMIT + 1 } else { LIMIT }, client);
                    let (first, rest) = upload.split_at(LIMIT / 2);
                    let mut connection = Connection::open(server);
                    connection.begin(upload.len());
                    connection.send(first);
                    halfway.wait();
                    connection.send(rest);
                    match connection.answer() {
                        answer if too_long => assert_full(&answer),
                        answer => assert_echo(&answer, &upload),
                    }
                });
            }
        });
    }
}

/// Lets one instance answer many requests, where `wasmtime serve` usually makes one for each. Every
/// upload must leave the filesystem empty.
#[test]
fn an_instance_that_answers_many_has_room_for_each() {
    for file in servers() {
        let server = Server::start(file, &["--max-instance-reuse-count", "100"]);
        let mut connection = Connection::open(&server);
        for length in [LIMIT, IN_MEMORY + 1, 2 * LIMIT, 1, LIMIT, LIMIT + 1, LIMIT] {
            let upload = sample(length, 8);
            connection.begin(length);
            connection.send(&upload);
            match connection.answer() {
                answer if length > LIMIT => assert_full(&answer),
                answer => assert_echo(&answer, &upload),
            }
        }
    }
}

#[test]
fn who_hangs_up_in_the_middle_disturbs_nobody() {
    for file in servers() {
        let server = serve(file);
        let upload = sample(LIMIT, 9);
        let (first, rest) = upload.split_at(LIMIT / 2);
        let mut other = Connection::open(&server);
        other.begin(upload.len());
        other.send(first);
        for length in [0, 1, IN_MEMORY, IN_MEMORY + 1, LIMIT, LIMIT + 1] {
            let mut connection = Connection::open(&server);
            connection.begin(length + 1);
            connection.send(sample(length, 10));
            drop(connection);
            let mut connection = Connection::open(&server);
            connection.begin_chunks();
            connection.chunk(&sample(length + 1, 11));
            drop(connection);
        }
        // This client does not wait for the answer.
        let mut connection = Connection::open(&server);
        connection.begin(LIMIT);
        connection.send(&upload);
        drop(connection);
        assert_echo(&post(&server, &upload[..]), &upload);
        other.send(rest);
        assert_echo(&other.answer(), &upload);
    }
}

#[test]
fn what_is_no_upload_is_refused() {
    for file in servers() {
        let server = serve(file);
        let elsewhere = request(&server, "POST", "/elsewhere", &b"something"[..]);
        assert_eq!((elsewhere.status, elsewhere.text()), (404, "there is only /\n"));
        let put = request(&server, "PUT", "/", &sample(2 * LIMIT, 12)[..]);
        assert_eq!((put.status, put.text()), (405, "POST something\n"));
        assert_eq!(put.headers["allow"], "POST");
        let get = request(&server, "GET", "/", ());
        assert_eq!((get.status, get.text()), (405, "POST something\n"));
    }
}

/// Composes as `wac plug` does, with the default limits.
#[test]
fn plain_wac_plug_makes_a_server_too() {
    let mut graph = CompositionGraph::new();
    let mut register = |name: &str| {
        let bytes = fs::read(components::build(name).unwrap()).unwrap();
        let package = Package::from_bytes(name, None, bytes, graph.types_mut()).unwrap();
        graph.register_package(package).unwrap()
    };
    let (socket, filesystem) = (register("upload"), register("tmpfs-lite"));
    plug(&mut graph, vec![filesystem], socket).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let plugged = folder.path().join("plugged.wasm");
    fs::write(&plugged, graph.encode(EncodeOptions::default()).unwrap()).unwrap();

    let server = Server::start(&plugged, &[]);
    let upload = sample(3 * LIMIT, 13);
    assert_echo(&post(&server, &upload[..]), &upload);
    assert_full(&post(&server, &sample((64 << 20) + 1, 14)[..]));
}
