//! A lock on a file for one process at a time. The system releases it when its holder dies.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

/// A lock, held until it is dropped.
#[must_use]
pub(crate) struct Held {
    file: File,
}

impl Held {
    /// Lets the lock live as long as a program does, even if xtask is killed first. The program
    /// gets the lock's file as standard input, and every open copy of the file holds the lock.
    pub(crate) fn share(&self, command: &mut Command) -> Result<()> {
        command.stdin(self.file.try_clone().context("sharing a lock")?);
        Ok(())
    }
}

/// Takes the lock on `path`. If it has to wait, it prints that.
pub(crate) fn hold(path: &Path) -> Result<Held> {
    let context = || format!("locking {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .with_context(context)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("xtask: waiting for another process that holds {}", path.display());
            file.lock().with_context(context)?;
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(context),
    }
    Ok(Held { file })
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File, TryLockError};
    use std::process::{self, Command, Stdio};

    use super::hold;

    #[test]
    fn a_lock_lives_until_the_last_program_that_shares_it_ends() {
        let name = format!("xtask-{}.lock", process::id());
        let path = std::env::temp_dir().join(name);
        let held = hold(&path).unwrap();
        // It reads another pipe than its standard input, so that it ends when that is closed.
        let mut program = Command::new("sh");
        program.args(["-c", "read line <&2"]);
        let (reader, writer) = std::io::pipe().unwrap();
        program.stderr(Stdio::from(reader));
        held.share(&mut program).unwrap();
        let mut child = program.spawn().unwrap();
        drop((program, held));

        let file = File::open(&path).unwrap();
        assert!(matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
        drop(writer);
        child.wait().unwrap();
        file.try_lock().unwrap();
        fs::remove_file(path).unwrap();
    }
}
