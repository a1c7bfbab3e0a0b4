//! Words, files and programs that are refused, in one line that says what to type.

use std::fs;
use std::os::unix::fs::symlink;

use wasm_encoder::{
    Component, EntityType, ImportSection, InstanceSection, Module, ModuleSection, TypeSection,
};

use crate::copies::seeded;
use crate::folder::{Folder, ended};

#[test]
fn what_cannot_be_seeded_is_refused_before_the_program_runs() {
    let folder = seeded();
    symlink("/etc/passwd", folder.path().join("data/leads-out")).unwrap();
    fs::write(folder.path().join("large"), vec![1; 100_000]).unwrap();
    for (options, part) in [
        (&["--seed", "none"][..], "--seed none: none cannot be read: No such file"),
        (&["--seed", "data"], "--seed data: refused 1, the first leads-out: "),
        (&["--seed", "large", "--bytes", "64K"], "type a higher --bytes"),
        (
            &["--seed", "data::/input"],
            "\"/input\" is not in the scratch space; type /tmp or a path",
        ),
        (&["--seed", "data::/tmp/../x"], "is not in the scratch space"),
        (&["--seed", "::/tmp"], "--seed ::/tmp is invalid: type HOST or HOST::GUEST"),
        (
            &["--collect", "/tmp"],
            "--collect /tmp is invalid: type GUEST::HOST, such as /tmp::results",
        ),
        (&["--collect", "/out::results"], "\"/out\" is not in the scratch space"),
        (&["--collect", "/tmp::data"], "data is not empty; type --force"),
        (&["--collect", "/tmp::large"], "large is no directory; type another name"),
        (&["--force", "--collect", "/tmp::large"], "large is no directory; type another name"),
        (&["--collect", "/tmp::none/results"], "is in a directory that is not there; make it"),
        (
            &["--collect", "/tmp/a::r", "--collect", "/tmp/b::r"],
            "r is not empty then; type --force",
        ),
        (&["--force"], "missing --collect <GUEST::HOST>"),
    ] {
        let output = folder.run(options, &["warn started"]);
        let (printed, errors) = ended(&output, 2);
        assert!(errors.contains(part), "{part:?} is missing in: {errors}");
        assert!(errors.starts_with("error: ") && errors.lines().count() == 1, "{errors}");
        assert_eq!(printed, "");
        assert!(!errors.contains(folder.path().to_str().unwrap()), "{errors}");
    }
    assert_eq!(folder.names(), ["data", "large", "shell.wasm"]);
}

#[test]
fn what_makes_no_sense_is_refused_in_one_line_that_says_what_to_type() {
    let folder = Folder::new();
    fs::write(folder.path().join("empty.wasm"), "").unwrap();
    fs::write(folder.path().join("text.wasm"), "#!/bin/sh\n").unwrap();
    let shell = fs::read(folder.path().join("shell.wasm")).unwrap();
    fs::write(folder.path().join("cut.wasm"), &shell[..shell.len() / 2]).unwrap();
    fs::write(folder.path().join("library.wasm"), wasm_encoder::Component::new().finish()).unwrap();
    let library = Folder::program("readme_program");
    let library = library.to_str().unwrap();
    for (words, part) in [
        (&[][..], "missing <APP.wasm>...; type `scratch run APP.wasm`"),
        (&["--bites", "1", "shell.wasm"], "'--bites'"),
        (&["--bytes", "0", "shell.wasm"], "--bytes 0 is invalid: type a whole number from 64"),
        (&["--bytes", "1M", "--soft", "1G", "shell.wasm"], "--soft 1G contradicts --bytes 1M"),
        (&["--metadata", "1", "shell.wasm"], "type a higher --metadata"),
        (&["--mount", "tmp", "shell.wasm"], "--mount tmp is invalid: type an absolute path"),
        (&["--env", "A", "shell.wasm"], "--env A is invalid: type NAME=VALUE"),
        (&["--env", "A=1", "--env", "A=2", "shell.wasm"], "the variable A is given twice"),
        (&["--env", "TMPDIR=/x", "shell.wasm"], "type --mount /x"),
        (&["--env", "TMPFS_BYTES=1M", "shell.wasm"], "type --bytes 1M"),
        (&["--timeout", "0s", "shell.wasm"], "--timeout 0s is invalid: type a whole number from 1"),
        (&["--timeout", "-1", "shell.wasm"], "--timeout -1 is invalid"),
        (&["--timeout", "1.5s", "shell.wasm"], "--timeout 1.5s is invalid"),
        (&["--timeout", "99999999999999999h", "shell.wasm"], "--timeout 9999"),
        (&["--report=xml", "shell.wasm"], "[possible values: text, json]"),
        (&["--dir", "here", "shell.wasm"], "--dir here is invalid: type HOST::GUEST"),
        (&["--dir", "::/data", "shell.wasm"], "--dir ::/data is invalid"),
        (&["--dir", "none::/data", "shell.wasm"], "--dir none::/data: none cannot be opened: "),
        (&["--dir", "shell.wasm::/data", "shell.wasm"], "type a directory that is there"),
        (&["--dir", ".::/tmp/", "shell.wasm"], "--dir .::/tmp/: the program sees something else"),
        (&["--dir", ".:://tmp/.", "shell.wasm"], "--dir .:://tmp/.: the program sees something"),
        (&["--dir", ".::tmp", "shell.wasm"], "--dir .::tmp: the program sees something else"),
        (&["--dir", ".::/d", "--dir", ".::/d", "shell.wasm"], "type another path"),
        (&["none.wasm"], "none.wasm cannot be read: No such file"),
        (&["empty.wasm"], "empty.wasm: the file is empty"),
        (&["text.wasm"], "text.wasm: it is not WebAssembly; give a component"),
        (&["cut.wasm"], "cut.wasm: the component is damaged"),
        (&["library.wasm"], "library.wasm: it is no command"),
        (&[library], "it imports scratch:tempfile; type `scratch compose` first"),
    ] {
        let output = folder.command(&[&["run"], words].concat()).output().unwrap();
        let (printed, errors) = ended(&output, 2);
        assert!(errors.contains(part), "{part:?} is missing in: {errors}");
        assert!(errors.starts_with("error: ") && errors.lines().count() == 1, "{errors}");
        assert_eq!(printed, "");
        if words != [library] {
            assert!(!errors.contains(folder.path().to_str().unwrap()), "{errors}");
        }
    }
}

#[test]
fn a_program_that_is_refused_steers_no_terminal() {
    let folder = Folder::new();
    let steers = "\u{1b}[2J\u{9b}";
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    imports.import(steers, "f", EntityType::Function(0));
    let mut module = Module::new();
    module.section(&types).section(&imports);
    let mut component = Component::new();
    component.section(&ModuleSection(&module));
    let mut instances = InstanceSection::new();
    instances.instantiate::<_, String>(0, []);
    component.section(&instances);
    fs::write(folder.path().join("module.wasm"), module.finish()).unwrap();
    fs::write(folder.path().join("component.wasm"), component.finish()).unwrap();
    for words in [
        &["run", "module.wasm"][..],
        &["run", "component.wasm"],
        &["compose", "--memory", "component.wasm", "-o", "out.wasm"],
    ] {
        let output = folder.command(words).output().unwrap();
        let (_, errors) = ended(&output, 2);
        assert!(errors.contains(r"\u{1b}[2J\u{9b}"), "{errors:?}");
        assert!(!errors.trim_end_matches('\n').contains(char::is_control), "{errors:?}");
    }
}
