//! Gives each of 64 files 64 names in other directories, moves names of a file onto one another,
//! and removes them in an order that belongs to no directory and no file.

use host_tests_programs::hostile::{create, enter, names, root};
use wasip2::filesystem::types::PathFlags;

const COUNT: usize = 64;

fn main() {
    let root = root();
    let directories: Vec<_> = (0..COUNT)
        .map(|number| {
            let name = format!("d{number}");
            root.create_directory_at(&name).unwrap();
            enter(&root, &name).unwrap()
        })
        .collect();
    let files: Vec<_> = (0..COUNT).map(|it| create(&root, &it.to_string()).unwrap()).collect();
    for (number, file) in files.iter().enumerate() {
        file.write(format!("file {number}").as_bytes(), 0).unwrap();
        for directory in &directories {
            let name = number.to_string();
            root.link_at(PathFlags::empty(), &name, directory, &name).unwrap();
        }
    }
    let links = || files.iter().map(|file| file.stat().unwrap().link_count).collect::<Vec<_>>();
    println!("{:?}", links());
    // POSIX, rename: a name that is moved onto another name of the same file stays.
    for (number, directory) in directories.iter().enumerate() {
        let name = number.to_string();
        directory.rename_at(&name, &root, &name).unwrap();
    }
    println!("{:?}", links());
    // 1237 is odd, so that each pair comes once.
    for round in 0..COUNT * COUNT {
        let (file, directory) = (round * 1237 % COUNT, round * 1237 / COUNT % COUNT);
        if file == directory && round.is_multiple_of(2) {
            let (name, next) = (file.to_string(), ((file + 1) % COUNT).to_string());
            // This replaces a name of another file, unless that is gone already.
            directories[directory].rename_at(&name, &directories[directory], &next).unwrap();
        } else {
            let _ = directories[directory].unlink_file_at(&file.to_string());
        }
        if round.is_multiple_of(512) {
            println!("{:?}", links());
        }
    }
    for (number, directory) in directories.iter().enumerate() {
        for name in names(directory) {
            println!("{name} is left in {number}");
            directory.unlink_file_at(&name).unwrap();
        }
    }
    println!("{:?}", links());
    for number in 0..COUNT {
        root.unlink_file_at(&number.to_string()).unwrap();
    }
    println!("{:?}", links());
    for (number, file) in files.iter().enumerate() {
        assert_eq!(file.read(99, 0).unwrap().0, format!("file {number}").as_bytes());
    }
}
