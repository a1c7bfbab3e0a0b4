//! The exports of the interface `text`: WIT in, library calls, WIT out.

use alloc::{
    borrow::ToOwned as _,
    string::{String, ToString as _},
    vec::Vec,
};

use crate::component::{Component, file_options, named_file_options, spooled_file_options};
use crate::host::bindings::exports::scratch::tempfile::{tempfile, text};
use crate::text::{Conversion, Cookie, DecoderState, ReconfigureOptions, TextFile, TextOptions};
use crate::{BinaryFile, Error};

type Result<T, E = text::TextError> = core::result::Result<T, E>;

impl text::Guest for Component {
    type TextFile = TextFile;

    fn temporary_text_file(options: Option<tempfile::FileOptions>) -> Result<text::TextFile> {
        let file = crate::text::temporary_text_file(&file_options(&options))?;
        Ok(text::TextFile::new(file))
    }

    fn named_temporary_text_file(
        options: Option<tempfile::NamedFileOptions>,
    ) -> Result<text::TextFile> {
        let options = named_file_options(&options);
        Ok(text::TextFile::new(crate::text::named_temporary_text_file(&options)?))
    }

    fn spooled_temporary_text_file(
        options: Option<tempfile::SpooledFileOptions>,
    ) -> Result<text::TextFile> {
        let options = spooled_file_options(&options);
        Ok(text::TextFile::new(crate::text::spooled_temporary_text_file(&options)?))
    }
}

impl text::GuestTextFile for TextFile {
    fn wrap(
        file: tempfile::BinaryFileBorrow<'_>,
        options: Option<text::TextOptions>,
    ) -> Result<text::TextFile> {
        let file = file.get::<BinaryFile>();
        let defaults = TextOptions::default();
        let wrapped = match &options {
            None => Self::wrap(file, &defaults),
            Some(options) => Self::wrap(
                file,
                &TextOptions {
                    encoding: options.encoding.as_deref(),
                    errors: options.errors.as_deref(),
                    newline: options.newline.as_deref(),
                    line_buffering: options.line_buffering.unwrap_or(defaults.line_buffering),
                    write_through: options.write_through.unwrap_or(defaults.write_through),
                },
            ),
        };
        Ok(text::TextFile::new(wrapped?))
    }

    fn read(&self, size: Option<i64>) -> Result<String> {
        Ok(self.read(size)?)
    }

    fn read_wtf8(&self, size: Option<i64>) -> Result<Vec<u8>> {
        Ok(self.read_wtf8(size)?)
    }

    fn readline(&self, size: Option<i64>) -> Result<String> {
        Ok(self.readline(size)?)
    }

    fn readline_wtf8(&self, size: Option<i64>) -> Result<Vec<u8>> {
        Ok(self.readline_wtf8(size)?)
    }

    fn next(&self) -> Result<Option<String>> {
        Ok(self.next()?)
    }

    fn next_wtf8(&self) -> Result<Option<Vec<u8>>> {
        Ok(self.next_wtf8()?)
    }

    fn readlines(&self, hint: Option<i64>) -> Result<Vec<String>> {
        Ok(self.readlines(hint)?)
    }

    fn readlines_wtf8(&self, hint: Option<i64>) -> Result<Vec<Vec<u8>>> {
        Ok(self.readlines_wtf8(hint)?)
    }

    fn write(&self, text: String) -> Result<u64> {
        Ok(self.write(&text)?)
    }

    fn write_wtf8(&self, text: Vec<u8>) -> Result<u64> {
        Ok(self.write_wtf8(&text)?)
    }

    fn writelines(&self, lines: Vec<String>) -> Result<()> {
        Ok(self.writelines(lines)?)
    }

    fn writelines_wtf8(&self, lines: Vec<Vec<u8>>) -> Result<()> {
        Ok(self.writelines_wtf8(lines)?)
    }

    fn seek(&self, place: text::Cookie, whence: i32) -> Result<text::Cookie> {
        let decoder = place.decoder.map(|state| DecoderState {
            flags: state.flags,
            bytes_to_feed: state.bytes_to_feed,
            chars_to_skip: state.chars_to_skip,
            need_eof: state.need_eof,
        });
        Ok(self.seek(Cookie { position: place.position, decoder }, whence)?.into())
    }

    fn tell(&self) -> Result<text::Cookie> {
        Ok(self.tell()?.into())
    }

    fn truncate(&self, size: Option<i64>) -> Result<u64> {
        Ok(self.truncate(size)?)
    }

    fn flush(&self) -> Result<()> {
        Ok(self.flush()?)
    }

    fn close(&self) -> Result<()> {
        Ok(self.close()?)
    }

    fn close_file(&self) -> Result<()> {
        Ok(self.close_file()?)
    }

    fn enter(&self) -> Result<()> {
        Ok(self.enter()?)
    }

    fn exit(&self) -> Result<()> {
        Ok(self.exit()?)
    }

    fn closed(&self) -> Result<bool> {
        Ok(self.closed()?)
    }

    fn name(&self) -> Option<String> {
        self.name()
    }

    fn mode(&self) -> String {
        self.mode().to_owned()
    }

    fn encoding(&self) -> String {
        self.encoding()
    }

    fn errors(&self) -> String {
        self.errors()
    }

    fn newlines(&self) -> Result<Vec<String>> {
        Ok(self.newlines()?.into_iter().map(String::from).collect())
    }

    fn line_buffering(&self) -> bool {
        self.line_buffering()
    }

    fn write_through(&self) -> bool {
        self.write_through()
    }

    fn readable(&self) -> Result<bool> {
        Ok(self.readable()?)
    }

    fn writable(&self) -> Result<bool> {
        Ok(self.writable()?)
    }

    fn seekable(&self) -> Result<bool> {
        Ok(self.seekable()?)
    }

    fn isatty(&self) -> Result<bool> {
        Ok(self.isatty()?)
    }

    fn reconfigure(&self, options: text::ReconfigureOptions) -> Result<()> {
        Ok(self.reconfigure(&ReconfigureOptions {
            encoding: options.encoding.as_deref(),
            errors: options.errors.as_deref(),
            newline: options.newline.as_ref().map(Option::as_deref),
            line_buffering: options.line_buffering,
            write_through: options.write_through,
        })?)
    }

    fn detach(&self) -> Result<tempfile::BinaryFile> {
        Ok(tempfile::BinaryFile::new(self.detach()?))
    }

    fn buffer(&self) -> Result<tempfile::BinaryFile> {
        Ok(tempfile::BinaryFile::new(self.buffer()?))
    }

    fn rollover(&self) -> Result<()> {
        Ok(self.rollover()?)
    }
}

impl From<Cookie> for text::Cookie {
    fn from(Cookie { position, decoder }: Cookie) -> Self {
        let decoder = decoder.map(|state| text::DecoderState {
            flags: state.flags,
            bytes_to_feed: state.bytes_to_feed,
            chars_to_skip: state.chars_to_skip,
            need_eof: state.need_eof,
        });
        Self { position, decoder }
    }
}

impl From<Error> for text::TextError {
    // Shared by every export rather than copied into each.
    #[cold]
    #[inline(never)]
    fn from(error: Error) -> Self {
        match error {
            Error::Os(error) => Self::Os(error.into()),
            Error::Value(message) => Self::Value(message.into_owned()),
            Error::Unsupported(message) => Self::Unsupported(message.into_owned()),
            Error::Type(message) => Self::Type(message.into_owned()),
            Error::Lookup(message) => Self::Lookup(message.into_owned()),
            Error::Unicode(error) => Self::Unicode(text::UnicodeError {
                operation: match error.operation {
                    Conversion::Encode => text::Conversion::Encode,
                    Conversion::Decode => text::Conversion::Decode,
                },
                encoding: error.encoding.to_string(),
                start: u64::try_from(error.start).unwrap_or(u64::MAX),
                end: u64::try_from(error.end).unwrap_or(u64::MAX),
                reason: error.reason.to_string(),
                object: error.object,
            }),
            Error::Other(message) => Self::Other(message.into_owned()),
        }
    }
}
