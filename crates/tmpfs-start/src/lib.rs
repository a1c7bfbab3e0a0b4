//! The start of a filesystem in memory that is put under a program: its settings and first files,
//! the space that is made of them, and the environment that the program is shown. The filesystem
//! component and the embedded module both begin with it, and the composer tries it beforehand.

#![no_std]

extern crate alloc;

mod image;
mod settings;

mod environment;
mod start;

pub use environment::environment;
pub use image::Record;
pub use settings::{Senseless, Settings};
pub use start::{Space, clear, create, make, make_temporary, settings};
