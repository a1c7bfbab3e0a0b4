//! The locks of parking_lot 0.12 under the version that `rsfs` asks for: 0.4 uses `owning_ref`,
//! which is unsound (RUSTSEC-2022-0040).

pub use successor::{Mutex, RwLock};
