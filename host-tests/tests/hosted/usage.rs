//! The usage that a host reads from a space, and the state of a space after its guests.

use chance::Chance;
use host_tests::programs::RANDOM_FILES;
use host_tests::seeds;
use wasmtime_scratch::{Limit, Limits, ScratchCtx, Space};

use crate::embedder::{CALLINGS, Granted, answers, compiled, run, shell};

#[test]
fn the_host_sees_usage_and_the_reason_of_a_refusal_after_the_store_has_gone() {
    for calling in CALLINGS {
        let space = Space::builder().bytes(10 << 10).build().unwrap();
        assert_eq!(space.last_refusal(), None);
        let granted = Granted::new(ScratchCtx::new().mount("/tmp", &space));
        let _ = answers(calling, granted, &["fill /tmp 100", "rm /tmp/0"]);
        let usage = space.usage();
        assert_eq!((usage.content, usage.handles), (9 << 10, 0));
        assert_eq!(space.high_water().content, 10 << 10);
        let refusal = space.last_refusal().unwrap();
        assert_eq!((refusal.limit, refusal.allowed), (Limit::Content, 10 << 10));
    }
}

#[test]
fn limits_can_be_set_while_files_are_there() {
    let space = Space::builder().bytes(10 << 10).build().unwrap();
    let granted = Granted::new(ScratchCtx::new().mount("/tmp", &space));
    assert_eq!(answers(CALLINGS[0], granted.clone(), &["fill /tmp 5"]), ["5"]);
    space.set_limits(Limits { content: 1 << 10, ..space.limits() });
    let refused = answers(CALLINGS[0], granted, &["write /tmp/more text", "rm /tmp/0"]);
    assert!(refused[0].contains("Some"), "{refused:?}");
    assert_eq!(refused[1], "done");
    assert_eq!(space.usage().content, 4 << 10);
}

#[test]
fn a_guest_begins_anew_where_no_template_says_how() {
    for calling in CALLINGS {
        let space = Space::builder().build().unwrap();
        let granted = Granted::new(ScratchCtx::new().mount("/tmp", &space));
        let empty = space.usage();
        let commands =
            ["mkdir /tmp/d", "write /tmp/d/f text", "clear", "ls /tmp", "write /tmp/f a"];
        let told = answers(calling, granted, &commands);
        assert_eq!(told, ["done", "done", "Ok(())", "[]", "done"]);
        space.clear().unwrap();
        assert_eq!(space.usage(), empty);

        let template = space.snapshot().unwrap();
        let seeded = Space::builder().build_from(&template).unwrap();
        let granted = Granted::new(ScratchCtx::new().mount("/tmp", &seeded));
        let told = answers(calling, granted, &["write /tmp/f a", "clear", "ls /tmp"]);
        assert_eq!(told, ["done", "Err(())", r#"["f"]"#]);
    }
}

#[test]
fn a_guest_that_traps_leaves_the_books_exact_and_nothing_open() {
    for calling in CALLINGS {
        let space = Space::builder().build().unwrap();
        let ran_out = |step: u64| {
            let mut granted = Granted::new(ScratchCtx::new().mount("/tmp", &space));
            granted.fuel = step * 4_003;
            let trapped = shell(calling, granted, &["fill /tmp 20"]).is_err();
            assert_eq!(space.usage().handles, 0, "{step}");
            space.audit().unwrap();
            trapped
        };
        let trapped = (1..1_000).take_while(|step| ran_out(*step)).count();
        assert!((20..999).contains(&trapped), "{trapped}");
        let granted = Granted::new(ScratchCtx::new().mount("/tmp", &space));
        assert!(shell(calling, granted, &["write /tmp/last text", "abort"]).is_err());
        assert_eq!(space.usage().handles, 0);
        space.audit().unwrap();
    }
}

#[test]
fn random_programs_that_run_out_of_fuel_leave_the_books_exact_and_nothing_open() {
    let program = compiled(RANDOM_FILES);
    let seeds = seeds(12);
    println!("seeds {seeds:?}");
    for calling in CALLINGS {
        for seed in seeds.clone() {
            let space = Space::builder().bytes(1 << 20).handles(20).build().unwrap();
            let mut chance = Chance(seed);
            for _ in 0..4 {
                let mut granted = Granted::new(ScratchCtx::new().mount("/tmp", &space));
                granted.fuel = 1 << (18 + chance.below(8));
                let arguments = [chance.below(1 << 20).to_string(), "3000".to_owned()];
                let _ = run(calling, &program, granted, &arguments.each_ref().map(String::as_str));
                assert_eq!(space.usage().handles, 0, "seed {seed}");
                space.audit().unwrap();
            }
        }
    }
}

#[test]
fn a_listing_of_a_million_files_is_whole() {
    let limits = Limits { nodes: 2 << 20, metadata: 1 << 30, ..Limits::default() };
    let space = Space::builder().limits(limits).build().unwrap();
    let granted = Granted::new(ScratchCtx::new().mount("/tmp", &space));
    let commands = ["many /tmp 1000000", "count /tmp"];
    assert_eq!(answers(CALLINGS[0], granted, &commands), ["1000000", "1000000"]);
    assert_eq!(space.usage().nodes, 1_000_001);
}
