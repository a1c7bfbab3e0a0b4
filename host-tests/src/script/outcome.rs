//! The outcomes of the component that are as good as CPython's.

/// Returns the outcome expected of the component if CPython answered `outcome`: the same, but
///
/// * a method that CPython's class does not have is an operation that is not offered,
/// * an `OSError` whose number WASI has no word for has some code,
/// * a place in a text file that is more than a byte position, or one of several, is the
///   component's own affair,
/// * what cannot be seen from outside in CPython is not compared.
pub fn expected(outcome: &str) -> String {
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

/// Lists the expectations that the component's `outcome` meets.
pub fn met(outcome: &str) -> Vec<String> {
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
