//! The maps of memmap2 0.9 under the version that `shared-buffer` asks for, a dependency of
//! `virtual-fs`: before 0.9.11 memmap2 is unsound (RUSTSEC-2026-0186).

pub use successor::Mmap;
