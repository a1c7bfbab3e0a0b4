//! Exports that make files and directories, which the host then holds.

use wasmtime::Store;

use crate::bindings::exports::scratch::tempfile::tempfile::{
    DirectoryOptions, Error, FileOptions, Guest, MkstempOptions, NameOptions, NamedFileOptions,
    SpooledFileOptions,
};
use crate::bindings::exports::scratch::tempfile::text::TextError;
use crate::counters::Host;
use crate::handle::{Descriptor, Directory, File};
use crate::sandbox::Sandbox;
use crate::text_handle::TextFile;

impl Sandbox {
    /// The export `temporary-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn temporary_file(&self, options: Option<FileOptions>) -> Result<File<'_>, Error> {
        let file = self.call(|guest, store| guest.call_temporary_file(store, options.as_ref()));
        Ok(File::new(self, file?))
    }

    /// The export `named-temporary-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn named_temporary_file(
        &self,
        options: Option<NamedFileOptions>,
    ) -> Result<File<'_>, Error> {
        let call = |guest: &Guest, store: &mut Store<Host>| {
            guest.call_named_temporary_file(store, options.as_ref())
        };
        Ok(File::new(self, self.call(call)?))
    }

    /// The export `spooled-temporary-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn spooled_temporary_file(
        &self,
        options: Option<SpooledFileOptions>,
    ) -> Result<File<'_>, Error> {
        let call = |guest: &Guest, store: &mut Store<Host>| {
            guest.call_spooled_temporary_file(store, options.as_ref())
        };
        Ok(File::new(self, self.call(call)?))
    }

    /// The export `text.temporary-text-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn temporary_text_file(
        &self,
        options: Option<FileOptions>,
    ) -> Result<TextFile<'_>, TextError> {
        let file =
            self.call_text(|guest, store| guest.call_temporary_text_file(store, options.as_ref()));
        Ok(TextFile::new(self, file?))
    }

    /// The export `text.named-temporary-text-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn named_temporary_text_file(
        &self,
        options: Option<NamedFileOptions>,
    ) -> Result<TextFile<'_>, TextError> {
        let file = self.call_text(|guest, store| {
            guest.call_named_temporary_text_file(store, options.as_ref())
        });
        Ok(TextFile::new(self, file?))
    }

    /// The export `text.spooled-temporary-text-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn spooled_temporary_text_file(
        &self,
        options: Option<SpooledFileOptions>,
    ) -> Result<TextFile<'_>, TextError> {
        let file = self.call_text(|guest, store| {
            guest.call_spooled_temporary_text_file(store, options.as_ref())
        });
        Ok(TextFile::new(self, file?))
    }

    /// The export `temporary-directory`.
    ///
    /// # Errors
    /// As the component's.
    pub fn temporary_directory(
        &self,
        options: Option<DirectoryOptions>,
    ) -> Result<Directory<'_>, Error> {
        let call = |guest: &Guest, store: &mut Store<Host>| {
            guest.call_temporary_directory(store, options.as_ref())
        };
        Ok(Directory::new(self, self.call(call)?))
    }

    /// The export `mkstemp`.
    ///
    /// # Errors
    /// As the component's.
    pub fn mkstemp(&self, options: Option<MkstempOptions>) -> Result<(File<'_>, String), Error> {
        let made = self.call(|guest, store| guest.call_mkstemp(store, options.as_ref()));
        let (file, path) = made?;
        Ok((File::new(self, file), path))
    }

    /// The export `descriptors.open-temporary`.
    ///
    /// # Errors
    /// As the component's.
    pub fn open_temporary(&self, options: Option<NameOptions>) -> Result<Descriptor<'_>, Error> {
        let opened = self
            .call_descriptors(|guest, store| guest.call_open_temporary(store, options.as_ref()));
        Ok(Descriptor::new(self, opened?))
    }

    /// The export `descriptors.mkstemp`.
    ///
    /// # Errors
    /// As the component's.
    pub fn mkstemp_descriptor(
        &self,
        options: Option<MkstempOptions>,
    ) -> Result<(Descriptor<'_>, String), Error> {
        let made =
            self.call_descriptors(|guest, store| guest.call_mkstemp(store, options.as_ref()));
        let (descriptor, path) = made?;
        Ok((Descriptor::new(self, descriptor), path))
    }

    /// The export `descriptors.take`.
    ///
    /// # Errors
    /// As the component's.
    pub fn take(&self, file: &File<'_>) -> Result<Descriptor<'_>, Error> {
        let taken = self.call_descriptors(|guest, store| guest.call_take(store, file.resource()));
        Ok(Descriptor::new(self, taken?))
    }
}
