//! The semantics of operations, case by case.

mod clearing;
mod clones;
mod content;
mod fixture;
mod identity;
mod links;
mod listing;
mod open_at;
mod paths;
mod permission;
mod pool;
mod prices;
mod quota;
mod refunds;
mod refusal;
mod removal;
mod rename;
mod shared_limit;
mod store;
mod times;
mod transfer;
