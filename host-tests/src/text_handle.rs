//! A text file of the component that the host holds.

use std::{fmt, mem};

use wasmtime::Store;
use wasmtime::component::ResourceAny;

use crate::bindings::exports::scratch::tempfile::text::{
    Cookie, GuestTextFile, ReconfigureOptions, TextError, TextOptions,
};
use crate::counters::Host;
use crate::handle::File;
use crate::sandbox::{Outcome, Sandbox};

type Result<T, E = TextError> = std::result::Result<T, E>;

/// A `text-file`. Dropping it drops the resource, which runs the component's destructor.
pub struct TextFile<'a> {
    sandbox: &'a Sandbox,
    resource: ResourceAny,
}

impl<'a> TextFile<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox, resource: ResourceAny) -> Self {
        Self { sandbox, resource }
    }

    /// Leaves the resource to the store: no destructor will run.
    pub fn leak(self) {
        mem::forget(self);
    }

    fn call<T>(
        &self,
        call: impl FnOnce(&GuestTextFile<'_>, &mut Store<Host>, ResourceAny) -> Outcome<T>,
    ) -> T {
        self.sandbox.call_text(|guest, store| call(&guest.text_file(), store, self.resource))
    }

    /// The method `read`.
    ///
    /// # Errors
    /// As the component's; so for all that follow.
    pub fn read(&self, size: Option<i64>) -> Result<String> {
        self.call(|file, store, this| file.call_read(store, this, size))
    }

    /// The method `read-wtf8`.
    ///
    /// # Errors
    /// As the component's.
    pub fn read_wtf8(&self, size: Option<i64>) -> Result<Vec<u8>> {
        self.call(|file, store, this| file.call_read_wtf8(store, this, size))
    }

    /// The method `readline`.
    ///
    /// # Errors
    /// As the component's.
    pub fn readline(&self, size: Option<i64>) -> Result<String> {
        self.call(|file, store, this| file.call_readline(store, this, size))
    }

    /// The method `readline-wtf8`.
    ///
    /// # Errors
    /// As the component's.
    pub fn readline_wtf8(&self, size: Option<i64>) -> Result<Vec<u8>> {
        self.call(|file, store, this| file.call_readline_wtf8(store, this, size))
    }

    /// The method `next`.
    ///
    /// # Errors
    /// As the component's.
    pub fn next(&self) -> Result<Option<String>> {
        self.call(|file, store, this| file.call_next(store, this))
    }

    /// The method `next-wtf8`.
    ///
    /// # Errors
    /// As the component's.
    pub fn next_wtf8(&self) -> Result<Option<Vec<u8>>> {
        self.call(|file, store, this| file.call_next_wtf8(store, this))
    }

    /// The method `readlines`.
    ///
    /// # Errors
    /// As the component's.
    pub fn readlines(&self, hint: Option<i64>) -> Result<Vec<String>> {
        self.call(|file, store, this| file.call_readlines(store, this, hint))
    }

    /// The method `readlines-wtf8`.
    ///
    /// # Errors
    /// As the component's.
    pub fn readlines_wtf8(&self, hint: Option<i64>) -> Result<Vec<Vec<u8>>> {
        self.call(|file, store, this| file.call_readlines_wtf8(store, this, hint))
    }

    /// The method `write`.
    ///
    /// # Errors
    /// As the component's.
    pub fn write(&self, text: &str) -> Result<u64> {
        self.call(|file, store, this| file.call_write(store, this, text))
    }

    /// The method `write-wtf8`.
    ///
    /// # Errors
    /// As the component's.
    pub fn write_wtf8(&self, text: &[u8]) -> Result<u64> {
        self.call(|file, store, this| file.call_write_wtf8(store, this, text))
    }

    /// The method `writelines`.
    ///
    /// # Errors
    /// As the component's.
    pub fn writelines(&self, lines: &[&str]) -> Result<()> {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        self.call(|file, store, this| file.call_writelines(store, this, &lines))
    }

    /// The method `writelines-wtf8`.
    ///
    /// # Errors
    /// As the component's.
    pub fn writelines_wtf8(&self, lines: &[&[u8]]) -> Result<()> {
        let lines: Vec<Vec<u8>> = lines.iter().map(|line| line.to_vec()).collect();
        self.call(|file, store, this| file.call_writelines_wtf8(store, this, &lines))
    }

    /// The method `seek`.
    ///
    /// # Errors
    /// As the component's.
    pub fn seek(&self, place: Cookie, whence: i32) -> Result<Cookie> {
        self.call(|file, store, this| file.call_seek(store, this, place, whence))
    }

    /// The method `tell`.
    ///
    /// # Errors
    /// As the component's.
    pub fn tell(&self) -> Result<Cookie> {
        self.call(|file, store, this| file.call_tell(store, this))
    }

    /// The method `truncate`.
    ///
    /// # Errors
    /// As the component's.
    pub fn truncate(&self, size: Option<i64>) -> Result<u64> {
        self.call(|file, store, this| file.call_truncate(store, this, size))
    }

    /// The method `flush`.
    ///
    /// # Errors
    /// As the component's.
    pub fn flush(&self) -> Result<()> {
        self.call(|file, store, this| file.call_flush(store, this))
    }

    /// The method `close`.
    ///
    /// # Errors
    /// As the component's.
    pub fn close(&self) -> Result<()> {
        self.call(|file, store, this| file.call_close(store, this))
    }

    /// The method `close-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn close_file(&self) -> Result<()> {
        self.call(|file, store, this| file.call_close_file(store, this))
    }

    /// The method `enter`.
    ///
    /// # Errors
    /// As the component's.
    pub fn enter(&self) -> Result<()> {
        self.call(|file, store, this| file.call_enter(store, this))
    }

    /// The method `exit`.
    ///
    /// # Errors
    /// As the component's.
    pub fn exit(&self) -> Result<()> {
        self.call(|file, store, this| file.call_exit(store, this))
    }

    /// The method `closed`.
    ///
    /// # Errors
    /// As the component's.
    pub fn closed(&self) -> Result<bool> {
        self.call(|file, store, this| file.call_closed(store, this))
    }

    /// The method `name`.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.call(|file, store, this| file.call_name(store, this))
    }

    /// The method `mode`.
    #[must_use]
    pub fn mode(&self) -> String {
        self.call(|file, store, this| file.call_mode(store, this))
    }

    /// The method `encoding`.
    #[must_use]
    pub fn encoding(&self) -> String {
        self.call(|file, store, this| file.call_encoding(store, this))
    }

    /// The method `errors`.
    #[must_use]
    pub fn errors(&self) -> String {
        self.call(|file, store, this| file.call_errors(store, this))
    }

    /// The method `newlines`.
    ///
    /// # Errors
    /// As the component's.
    pub fn newlines(&self) -> Result<Vec<String>> {
        self.call(|file, store, this| file.call_newlines(store, this))
    }

    /// The method `line-buffering`.
    #[must_use]
    pub fn line_buffering(&self) -> bool {
        self.call(|file, store, this| file.call_line_buffering(store, this))
    }

    /// The method `write-through`.
    #[must_use]
    pub fn write_through(&self) -> bool {
        self.call(|file, store, this| file.call_write_through(store, this))
    }

    /// The method `readable`.
    ///
    /// # Errors
    /// As the component's.
    pub fn readable(&self) -> Result<bool> {
        self.call(|file, store, this| file.call_readable(store, this))
    }

    /// The method `writable`.
    ///
    /// # Errors
    /// As the component's.
    pub fn writable(&self) -> Result<bool> {
        self.call(|file, store, this| file.call_writable(store, this))
    }

    /// The method `seekable`.
    ///
    /// # Errors
    /// As the component's.
    pub fn seekable(&self) -> Result<bool> {
        self.call(|file, store, this| file.call_seekable(store, this))
    }

    /// The method `isatty`.
    ///
    /// # Errors
    /// As the component's.
    pub fn isatty(&self) -> Result<bool> {
        self.call(|file, store, this| file.call_isatty(store, this))
    }

    /// The method `reconfigure`.
    ///
    /// # Errors
    /// As the component's.
    pub fn reconfigure(&self, options: &ReconfigureOptions) -> Result<()> {
        self.call(|file, store, this| file.call_reconfigure(store, this, options))
    }

    /// The method `detach`.
    ///
    /// # Errors
    /// As the component's.
    pub fn detach(&self) -> Result<File<'a>> {
        let binary = self.call(|file, store, this| file.call_detach(store, this))?;
        Ok(File::new(self.sandbox, binary))
    }

    /// The method `buffer`.
    ///
    /// # Errors
    /// As the component's.
    pub fn buffer(&self) -> Result<File<'a>> {
        let binary = self.call(|file, store, this| file.call_buffer(store, this))?;
        Ok(File::new(self.sandbox, binary))
    }

    /// The method `rollover`.
    ///
    /// # Errors
    /// As the component's.
    pub fn rollover(&self) -> Result<()> {
        self.call(|file, store, this| file.call_rollover(store, this))
    }
}

impl<'a> File<'a> {
    /// The function `text-file.wrap`.
    ///
    /// # Errors
    /// As the component's.
    pub fn wrap(&self, options: Option<&TextOptions>) -> Result<TextFile<'a>, TextError> {
        let (sandbox, this) = (self.sandbox(), self.resource());
        let text =
            sandbox.call_text(|guest, store| guest.text_file().call_wrap(store, this, options))?;
        Ok(TextFile::new(sandbox, text))
    }
}

impl Drop for TextFile<'_> {
    fn drop(&mut self) {
        // In an instance that trapped nothing can run any more; tests look at what is left.
        let _ = self.sandbox.store(|store| self.resource.resource_drop(store));
    }
}

impl fmt::Debug for TextFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextFile")
    }
}
