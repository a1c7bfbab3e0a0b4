//! The program of docs/compose.md and docs/run.md that asks how full its filesystem is.

use std::collections::VecDeque;
use std::fs;

use host_tests_programs::space::usage;

/// Keeps results in files, and forgets the oldest before the disk is full.
#[derive(Default)]
struct Cache {
    files: VecDeque<String>,
    made: usize,
}

impl Cache {
    fn keep(&mut self, result: &[u8]) -> std::io::Result<()> {
        while usage::over_soft_limit() {
            let Some(oldest) = self.files.pop_front() else { break };
            fs::remove_file(oldest)?;
        }
        self.made += 1;
        let file = format!("/tmp/result{}", self.made);
        fs::write(&file, result)?;
        self.files.push_back(file);
        Ok(())
    }
}

fn main() -> std::io::Result<()> {
    let mut cache = Cache::default();
    for _ in 0..1000 {
        cache.keep(&[7; 100_000])?;
    }
    println!("{} results are kept of {}", cache.files.len(), cache.made);
    Ok(())
}
