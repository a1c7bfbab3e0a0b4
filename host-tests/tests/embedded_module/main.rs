//! The embedded filesystem by itself: its module beside a program that is played by the test, which
//! can pass whatever it likes. In a real program the tool puts instructions in the place of what is
//! a function of the host here.

mod allocator;
mod beside;
mod hostile;
mod memory_ends;
mod preview1;
mod preview2;
mod program;
mod readiness;
mod signatures;
mod space;
mod splices;
