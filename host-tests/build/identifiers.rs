//! Names in Rust for names in WIT and names of programs.

/// The words of Rust that wasmtime's bindgen takes for no name, and to which it adds an underscore.
const KEYWORDS: &str = "abstract as async await become box break const continue crate do dyn else \
    enum extern false final fn for gen if impl in let loop macro match mod move mut override priv \
    pub ref return self static struct super trait true try type typeof unsafe unsized use virtual \
    where while yield";

/// Returns the name of a function, parameter or field.
pub(crate) fn identifier(name: &str) -> String {
    let snake = snake(name);
    let is_keyword = KEYWORDS.split(' ').any(|keyword| keyword == snake);
    if is_keyword { snake + "_" } else { snake }
}

/// Returns the name as a part of another.
pub(crate) fn snake(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

/// Returns the name of a constant.
pub(crate) fn constant(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

/// Returns the name of a type.
pub(crate) fn camel(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..].to_lowercase();
    name.split('-').map(capital).collect()
}
