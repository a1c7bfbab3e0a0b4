//! Memory of the host that the files of a guest take.

use wasmtime_scratch::{ScratchCtx, Space};

use crate::allocator::counted;
use crate::embedder::{CALLINGS, Granted, answers};

/// The most that a space holds beside its charge here: a mebibyte of pages for the next files, and
/// rows of tables that nothing is in.
const BESIDE: i64 = (1 << 20) + (128 << 10);

#[test]
fn a_guests_files_take_what_they_are_charged_and_nothing_is_left_of_them() {
    let text = "x".repeat(100_000);
    let large = |file| vec![format!("write /tmp/{file} {text}")];
    // Each file by an instance of its own, or all by one.
    let holdings =
        [(64, (0..64).map(large).collect()), (2000, vec![vec!["fill /tmp 2000".to_owned()]])];
    for calling in CALLINGS {
        for (files, fill) in &holdings {
            let remove: Vec<_> = (0..*files).map(|file| format!("rm /tmp/{file}")).collect();
            let turn = || {
                let run = |space: &Space, commands: &[String]| {
                    let granted = Granted::new(ScratchCtx::new().mount("/tmp", space));
                    let commands: Vec<_> = commands.iter().map(String::as_str).collect();
                    drop(answers(calling, granted, &commands));
                };
                let (space, filling) = counted(|| {
                    let space = Space::builder().build().unwrap();
                    fill.iter().for_each(|commands: &Vec<String>| run(&space, commands));
                    space
                });
                let (taken, usage) = (filling.live, space.usage());
                let ((), deletion) = counted(|| run(&space, &remove));
                let removed = taken + deletion.live;
                let ((), end) = counted(|| drop(space));
                (taken, usage, removed, removed + end.live)
            };
            // Once beforehand: what wasmtime and the threads keep for the next instance is there.
            turn();
            let (taken, usage, removed, dropped) = turn();
            let charged = i64::try_from(usage.content + usage.metadata).unwrap();
            let content = i64::try_from(usage.content).unwrap();
            println!("{calling:?}: {taken} for {charged}, {removed}, {dropped}");
            assert!((content..charged + BESIDE).contains(&taken), "{taken} for {charged}");
            assert!(removed <= BESIDE, "{removed} after deletion");
            assert_eq!(dropped, 0, "after the drop");
        }
    }
}
