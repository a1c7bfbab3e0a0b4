//! Guides for three kinds of hosts. Each begins with a whole program.
//!
//! | host | shows |
//! |---|---|
//! | [plugin host](plugin_host) | a space per plugin, a shared budget, the asynchronous linker, usage after the call |
//! | [code interpreter](code_interpreter) | seed, snapshot, run, changes, roll back, fork |
//! | [query engine](query_engine) | the memory of a query, from which spaces take theirs |

#[doc = include_str!("guides/plugin_host.md")]
pub mod plugin_host {}

#[doc = include_str!("guides/code_interpreter.md")]
pub mod code_interpreter {}

/// A query engine, whose spaces take their memory from that of a query.
///
/// ```no_run
#[doc = include_str!("../examples/query_engine.rs")]
/// ```
#[doc = include_str!("guides/query_engine.md")]
pub mod query_engine {}
