//! When an outcome of the component's is as good as CPython's.

use crate::form::{Outcomes, adler32};

/// What is expected of the component where CPython answered `outcome`: the same, but
///
/// * a method that CPython's class does not have is an operation that is not offered,
/// * an `OSError` without a number has some code,
/// * a place in a text file that is more than a byte position is the component's own affair,
/// * what cannot be seen from outside in CPython is not compared.
pub(crate) fn expected(outcome: &str) -> String {
    let (result, state) = outcome.split_once(" | ").unwrap_or((outcome, ""));
    let result = match result {
        _ if result.starts_with("!attribute") => "!attribute",
        _ if result.strip_prefix("cookie ").is_some_and(|it| it.parse::<u64>().is_err()) => {
            "cookie"
        }
        _ => result,
    };
    format!("{result} | {state}")
}

/// Everything that the component's `outcome` would be expected to be.
pub(crate) fn met(outcome: &str) -> Vec<String> {
    let (result, state) = outcome.split_once(" | ").unwrap_or((outcome, ""));
    let mut results = vec![result.to_owned()];
    if result.starts_with("!unsupported") {
        results.push("!attribute".to_owned());
    }
    if let Some((_, message)) = result.strip_prefix("!os ").and_then(|it| it.split_once('|')) {
        results.push(format!("!os *|{message}"));
    }
    if result.starts_with("cookie ") {
        results.push("cookie".to_owned());
    }
    let states = |result: String| [format!("{result} | {state}"), format!("{result} | ?")];
    results.into_iter().flat_map(states).collect()
}

/// The first line at which the component did not do what CPython did.
pub(crate) fn first_difference(cpython: &Outcomes, component: &Outcomes) -> Option<usize> {
    let lines = cpython.len().max(component.len());
    (0..lines).find(|&line| match (cpython.get(line), component.get(line)) {
        (Some(cpython), Some(component)) => !met(component).contains(&expected(cpython)),
        _ => true,
    })
}

/// Twelve bits of an expectation, as two letters.
pub(crate) fn mark(expected: &str) -> [u8; 2] {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let sum = adler32(expected.as_bytes()).wrapping_mul(0x9e37_79b1) >> 20;
    let letter = |bits: u32| LETTERS[usize::try_from(bits & 63).unwrap()];
    [letter(sum), letter(sum >> 6)]
}
