//! The module of the embedded filesystem, alone. The test plays the program, and can pass anything
//! to it. In a real program, the tool replaces some of these functions of the host by instructions.

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
