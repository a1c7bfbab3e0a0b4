//! Names: their parts, their randomness, and the search for a free one.

use std::collections::HashSet;
use std::fs;

use host_tests::{Draws, ErrorCode, FIRST_REJECTED, NameOptions, Sandbox};
use host_tests::{code_of, dir, in_dir, name_of, named, os};

const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz0123456789_";

/// Makes options for a name without prefix and suffix. Nothing is granted there, so `mktemp` calls
/// the host only for randomness.
fn bare() -> Option<NameOptions> {
    Some(NameOptions { dir: Some("/nowhere".to_owned()), ..named("", "") })
}

fn bare_name(sandbox: &Sandbox) -> String {
    let path = sandbox.mktemp(bare()).unwrap();
    path.strip_prefix("/nowhere/").unwrap().to_owned()
}

#[test]
fn a_name_is_prefix_eight_symbols_of_the_alphabet_and_suffix() {
    let sandbox = Sandbox::new();
    for _ in 0..1000 {
        let path = sandbox.mktemp(Some(named("pre", ".suf"))).unwrap();
        let chance = path.strip_prefix("/tmp/pre").unwrap().strip_suffix(".suf").unwrap();
        assert_eq!(chance.len(), 8, "{path}");
        assert!(chance.chars().all(|symbol| ALPHABET.contains(symbol)), "{path}");
    }
}

#[test]
fn every_symbol_is_equally_likely_in_every_position() {
    const NAMES: u32 = 100_000;
    // The threshold is exceeded once in a million times by a chi-square variable of 36 degrees of
    // freedom (Wilson and Hilferty's approximation with z = 4.753). The test computes nine such
    // values with a fixed seed. One byte modulo 37 per symbol, the likeliest mistake, would give
    // about 147 per position and 1180 over all.
    const THRESHOLD: f64 = 92.0;
    let sandbox = Sandbox::builder().draws(Draws::Seeded(2026)).start();
    let mut counts = [[0_u32; 37]; 8];
    for _ in 0..NAMES {
        for (counts, symbol) in counts.iter_mut().zip(bare_name(&sandbox).chars()) {
            counts[ALPHABET.find(symbol).unwrap()] += 1;
        }
    }
    let chi_square = |counts: &[u32; 37], names: u32| {
        let expected = f64::from(names) / 37.0;
        counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum::<f64>()
    };
    for (position, counts) in counts.iter().enumerate() {
        let found = chi_square(counts, NAMES);
        assert!(found < THRESHOLD, "position {position}: {found}");
    }
    let mut pooled = [0; 37];
    for counts in &counts {
        pooled.iter_mut().zip(counts).for_each(|(pooled, count)| *pooled += count);
    }
    let found = chi_square(&pooled, 8 * NAMES);
    assert!(found < THRESHOLD, "over all positions: {found}");
}

#[test]
fn a_million_names_of_the_real_source_hardly_ever_repeat() {
    // Of 37⁸ names, 10⁶ give 10¹² / 2 · 37⁸ = 0.14 repetitions on average, so one repetition proves
    // nothing. Five or more happen by chance once in two million runs.
    const NAMES: usize = 1_000_000;
    let sandbox = Sandbox::builder().start();
    let mut seen = HashSet::with_capacity(NAMES);
    let repeated = (0..NAMES).filter(|_| !seen.insert(bare_name(&sandbox))).count();
    assert!(repeated < 5, "{repeated} names came twice");
}

#[test]
fn two_instances_of_one_component_draw_different_names() {
    let names = [(); 2].map(|()| bare_name(&Sandbox::builder().start()));
    assert_ne!(names[0], names[1]);
}

#[test]
fn a_name_is_one_draw_of_64_bits() {
    let sandbox = Sandbox::builder().draws(Draws::Script(vec![0, 36, 37, 12_345_678_901])).start();
    for draw in [0, 36, 37, 12_345_678_901] {
        assert_eq!(bare_name(&sandbox), name_of(draw));
    }
    assert_eq!(sandbox.draws(), 4);
}

#[test]
fn a_draw_above_the_largest_multiple_of_the_number_of_names_is_thrown_away() {
    let script = vec![FIRST_REJECTED, u64::MAX, 3, FIRST_REJECTED - 1];
    let sandbox = Sandbox::builder().draws(Draws::Script(script)).start();
    assert_eq!(bare_name(&sandbox), name_of(3));
    assert_eq!(sandbox.draws(), 3);
    assert_eq!(bare_name(&sandbox), "________");
    assert_eq!(sandbox.draws(), 4);
}

#[test]
fn taken_names_are_passed_over_one_draw_each() {
    let script = Draws::Script(vec![7, 7, 7, 8, 7, 8, 9, 9, 10]);
    let sandbox = Sandbox::builder().tmp("/tmp").draws(script).start();
    let path = |draw| format!("/tmp/tmp{}", name_of(draw));
    assert_eq!(sandbox.mkstemp(dir("/tmp")).unwrap().1, path(7));
    assert_eq!(sandbox.draws(), 1);
    assert_eq!(sandbox.mkstemp(dir("/tmp")).unwrap().1, path(8));
    assert_eq!(sandbox.draws(), 4);
    assert_eq!(sandbox.mkdtemp(dir("/tmp")).unwrap(), path(9));
    assert_eq!(sandbox.draws(), 7);
    assert_eq!(sandbox.mktemp(dir("/tmp")).unwrap(), path(10));
    assert_eq!(sandbox.draws(), 9);
}

/// Returns CPython's error if all names are taken. It has no path.
fn exhausted(text: &str) -> host_tests::Error {
    os(ErrorCode::Exist, text)
}

const FILE: &str = "No usable temporary file name found";
const DIRECTORY: &str = "No usable temporary directory name found";
const NAME: &str = "No usable temporary filename found";

#[test]
fn ten_thousand_taken_names_are_tried_before_giving_up() {
    let sandbox = Sandbox::builder().tmp("/tmp").draws(Draws::always(5)).start();
    fs::write(sandbox.tmp().join(format!("tmp{}", name_of(5))), "").unwrap();
    assert_eq!(sandbox.tmp_max(), 10_000);
    assert_eq!(sandbox.mkstemp(dir("/tmp")).unwrap_err(), exhausted(FILE));
    assert_eq!(sandbox.draws(), 10_000);
    assert_eq!(sandbox.mkdtemp(dir("/tmp")).unwrap_err(), exhausted(DIRECTORY));
    assert_eq!(sandbox.draws(), 20_000);
    assert_eq!(sandbox.mktemp(dir("/tmp")).unwrap_err(), exhausted(NAME));
    assert_eq!(sandbox.draws(), 30_000);
}

#[test]
fn every_maker_gives_up_after_tmp_max_names_in_pythons_words() {
    let sandbox = Sandbox::builder().tmp("/tmp").draws(Draws::always(5)).start();
    fs::write(sandbox.tmp().join(format!("tmp{}", name_of(5))), "kept").unwrap();
    sandbox.set_tmp_max(3);
    let cases: [(&str, &dyn Fn() -> host_tests::Error); 7] = [
        (FILE, &|| sandbox.mkstemp(dir("/tmp")).unwrap_err()),
        (FILE, &|| sandbox.mkstemp_descriptor(dir("/tmp")).unwrap_err()),
        (FILE, &|| sandbox.temporary_file(dir("/tmp")).unwrap_err()),
        (FILE, &|| sandbox.named_temporary_file(dir("/tmp")).unwrap_err()),
        (DIRECTORY, &|| sandbox.mkdtemp(dir("/tmp")).unwrap_err()),
        (DIRECTORY, &|| sandbox.temporary_directory(dir("/tmp")).unwrap_err()),
        (NAME, &|| sandbox.mktemp(dir("/tmp")).unwrap_err()),
    ];
    for (case, (text, make)) in cases.into_iter().enumerate() {
        let before = sandbox.draws();
        assert_eq!(make(), exhausted(text), "case {case}");
        assert_eq!(sandbox.draws() - before, 3, "case {case}");
    }
    assert_eq!(sandbox.tree().len(), 1, "nothing was made");
}

#[test]
fn with_a_tmp_max_of_nothing_nothing_is_tried() {
    let sandbox = Sandbox::builder().tmp("/tmp").draws(Draws::always(5)).start();
    sandbox.set_tmp_max(0);
    assert_eq!(sandbox.mkstemp(dir("/tmp")).unwrap_err(), exhausted(FILE));
    assert_eq!(sandbox.draws(), 0);
}

#[test]
fn any_other_refusal_ends_the_attempts_at_once() {
    let sandbox = Sandbox::builder().tmp("/tmp").draws(Draws::always(5)).start();
    let cases: [&dyn Fn() -> host_tests::Error; 5] = [
        &|| sandbox.mkstemp(dir("/tmp/missing")).unwrap_err(),
        &|| sandbox.mkdtemp(dir("/tmp/missing")).unwrap_err(),
        &|| sandbox.temporary_file(dir("/tmp/missing")).unwrap_err(),
        &|| sandbox.named_temporary_file(dir("/tmp/missing")).unwrap_err(),
        &|| sandbox.temporary_directory(dir("/tmp/missing")).unwrap_err(),
    ];
    for (case, make) in cases.into_iter().enumerate() {
        let before = sandbox.draws();
        assert_eq!(code_of(&make()), Some(ErrorCode::NoEntry), "case {case}");
        assert_eq!(sandbox.draws() - before, 1, "case {case}");
    }
    // For mktemp, a path that cannot be looked up is free, as in CPython.
    assert_eq!(
        sandbox.mktemp(dir("/tmp/missing")).unwrap(),
        format!("/tmp/missing/tmp{}", name_of(5))
    );
}

#[test]
fn template_is_the_prefix_of_all_but_mktemp() {
    let sandbox = Sandbox::builder().tmp("/tmp").draws(Draws::Script((0..9).collect())).start();
    assert_eq!(sandbox.template(), "tmp");
    assert_eq!(sandbox.gettempprefix(), "tmp");
    assert_eq!(sandbox.gettempprefixb(), b"tmp");
    sandbox.set_template("foo");
    assert_eq!(sandbox.template(), "foo");
    assert_eq!(sandbox.gettempprefix(), "foo");
    assert_eq!(sandbox.gettempprefixb(), b"foo");
    let path = |prefix, draw| format!("/tmp/{prefix}{}", name_of(draw));
    assert_eq!(sandbox.mkstemp(dir("/tmp")).unwrap().1, path("foo", 0));
    assert_eq!(sandbox.mkdtemp(dir("/tmp")).unwrap(), path("foo", 1));
    let named = sandbox.named_temporary_file(dir("/tmp")).unwrap();
    assert_eq!(named.name().unwrap(), path("foo", 2));
    assert_eq!(sandbox.temporary_directory(dir("/tmp")).unwrap().name(), path("foo", 3));
    assert_eq!(sandbox.mkstemp_descriptor(dir("/tmp")).unwrap().1, path("foo", 4));
    // CPython binds the default prefix of mktemp when the module is imported.
    assert_eq!(sandbox.mktemp(Some(in_dir("/tmp"))).unwrap(), path("tmp", 5));
}

#[test]
fn a_template_with_a_separator_is_refused_when_it_is_used() {
    let sandbox = Sandbox::new();
    sandbox.set_template("../x");
    assert_eq!(sandbox.gettempprefix(), "../x");
    assert!(matches!(sandbox.mkstemp(None).unwrap_err(), host_tests::Error::Value(_)));
    assert!(sandbox.mkstemp(Some(named("a", "").into())).is_ok());
}
