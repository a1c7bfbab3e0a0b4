//! Scripts of file operations, which the component and CPython both can run.
//!
//! A script is a list of lines: `0.write a*3+%0A` calls the method `write` of the object in slot
//! 0, `0=temporary-file buffering=10` makes it, `1=0.detach` puts what is returned into slot 1,
//! `c1=0.tell` remembers a place for `0.seek c1 0`, and `dir @/x` makes a directory on the disk.
//! Contents are pieces between `+`, each perhaps `*` so many times, with `%XX` for what is not a
//! letter or digit; `""` is empty, `-` is `None`. An outcome is a line, too: the result or
//! `!family text`, then ` | ` and what is seen from outside, such as the length on the disk.

mod arguments;
mod by_name;
mod cases;
mod form;
mod outcome;
mod places;
mod run;
mod shown;
mod words;

pub use cases::{Case, cases, differences};
pub use form::{Outcomes, Script, adler32};
pub use outcome::{expected, met};
pub use run::Interpreter;
