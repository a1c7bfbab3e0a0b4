//! Custom sections of the program's module after linking.

use std::borrow::Cow;

use wasm_encoder::{CustomSection, Encode as _};
use wasmparser::BinaryReader;

use crate::embed::module::Module;
use crate::embed::number::index;

/// The features of WebAssembly that the filesystem's module uses, as rustc lists them, and those
/// that two memories need.
const FEATURES: [&str; 10] = [
    "bulk-memory",
    "bulk-memory-opt",
    "call-indirect-overlong",
    "extended-const",
    "multimemory",
    "multivalue",
    "mutable-globals",
    "nontrapping-fptoint",
    "reference-types",
    "sign-ext",
];

/// Copies the custom sections other than names. Debug information is left out if the code moved,
/// since it refers to positions in the code section. Branch hints and sections for a linker are
/// always left out, since they refer to functions by their old indices.
pub(super) fn write(whole: &mut wasm_encoder::Module, program: &Module<'_>, moved: bool) {
    for section in &program.customs {
        let name = section.name();
        let stale = name == "name"
            || name == "linking"
            || name == "sourceMappingURL" && moved
            || name.starts_with("reloc.")
            || name.starts_with("metadata.code.")
            || name.starts_with(".debug_") && moved;
        let data = match name {
            "target_features" => features(section.data()).map(Cow::Owned),
            _ => Some(Cow::Borrowed(section.data())),
        };
        if let Some(data) = data.filter(|_| !stale) {
            whole.section(&CustomSection { name: name.into(), data });
        }
    }
}

/// Adds the filesystem's features to those that the program lists, since optimisers refuse a module
/// that uses a feature which is not listed. Returns `None` for a list that is malformed.
fn features(data: &[u8]) -> Option<Vec<u8>> {
    let mut reader = BinaryReader::new(data, 0);
    let mut features = FEATURES.map(|name| (b'+', name)).to_vec();
    for _ in 0..reader.read_var_u32().ok()? {
        let (prefix, name) = (reader.read_u8().ok()?, reader.read_string().ok()?);
        if !FEATURES.contains(&name) {
            features.push((prefix, name));
        }
    }
    if !reader.eof() {
        return None;
    }
    features.sort_unstable_by_key(|(_, name)| *name);
    let mut bytes = Vec::new();
    index(features.len()).encode(&mut bytes);
    for (prefix, name) in features {
        bytes.push(prefix);
        name.encode(&mut bytes);
    }
    Some(bytes)
}
