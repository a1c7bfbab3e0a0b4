//! The interfaces `scratch:space` in their three forms.

use std::collections::BTreeMap;

use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Resolve, SizeAlign, TypeDefKind};

use crate::program::{OUT, PAGE, Program, World};

/// Expects a name for programs of WASI 0.2, and two names for modules of preview 1.
#[test]
fn every_function_of_our_own_interfaces_has_three_names() {
    let exports = Program::exports();
    let mut resolve = Resolve::default();
    resolve.push_dir(xtask::workspace::root().join("wit/space")).unwrap();
    let mut expected = BTreeMap::new();
    for (_, interface) in &resolve.interfaces {
        for function in interface.functions.values() {
            let name =
                format!("scratch:space/{}#{}", interface.name.as_ref().unwrap(), function.name);
            let signature = resolve.wasm_signature(AbiVariant::GuestImport, function);
            assert!(!signature.params.contains(&WasmType::I64), "{name}");
            let flat = "i".repeat(signature.params.len());
            for kind in ["", "wasi_snapshot_preview1:", "beside:wasi_snapshot_preview1:"] {
                expected.insert(format!("{kind}{name}"), flat.clone());
            }
        }
    }
    assert_eq!(expected.len(), 3 * 5);
    let ours = exports.into_iter().filter(|(name, _)| name.contains("scratch:"));
    assert_eq!(ours.collect::<BTreeMap<_, _>>(), expected);
}

/// Reads each field of a record at its place in the canonical ABI.
#[test]
fn what_is_told_of_the_space_is_told_in_its_place() {
    let variables = vec![
        ("TMPFS_BYTES", "1M"),
        ("TMPFS_METADATA", "2M"),
        ("TMPFS_NODES", "11"),
        ("TMPFS_HANDLES", "12"),
        ("TMPFS_NAME", "13"),
        ("TMPFS_PATH", "14"),
        ("TMPFS_FILE_SIZE", "15"),
        ("TMPFS_SOFT", "16"),
    ];
    let mut resolve = Resolve::default();
    resolve.push_dir(xtask::workspace::root().join("wit/space")).unwrap();
    let mut sizes = SizeAlign::default();
    sizes.fill(&resolve);
    let fields = |record: &str| -> Vec<(String, u32, u32)> {
        let mut types = resolve.types.iter();
        let (_, record) = types.find(|(_, it)| it.name.as_deref() == Some(record)).unwrap();
        let TypeDefKind::Record(record) = &record.kind else { panic!("not a record") };
        let offsets = sizes.field_offsets(record.fields.iter().map(|field| &field.ty));
        let number = |size: usize| u32::try_from(size).unwrap();
        let fields = record.fields.iter().zip(offsets).map(|(field, (at, ty))| {
            let (at, size) = (number(at.size_wasm32()), number(sizes.size(ty).size_wasm32()));
            (field.name.clone(), at, size)
        });
        fields.collect()
    };
    for kind in ["", "wasi_snapshot_preview1:", "beside:wasi_snapshot_preview1:"] {
        let world = World { environment: variables.clone(), ..World::default() };
        let mut program = Program::of(world, 4, usize::MAX);
        let told = |program: &mut Program, function: &str, record: &str| {
            program.done(&format!("{kind}scratch:space/usage#{function}"), &[OUT.into()]);
            let fields = fields(record).into_iter();
            let told = fields.map(|(name, at, size)| {
                (
                    name,
                    if size == 8 { program.long(OUT + at) } else { program.word(OUT + at).into() },
                )
            });
            told.collect::<Vec<_>>()
        };
        let named = |fields: &[(&str, u64)]| -> Vec<(String, u64)> {
            fields.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect()
        };
        let expected = [
            ("bytes", 1 << 20),
            ("metadata", 2 << 20),
            ("nodes", 11),
            ("handles", 12),
            ("name", 13),
            ("path", 14),
            ("file-size", 15),
            ("soft", 16),
        ];
        assert_eq!(told(&mut program, "limits", "amounts-allowed"), named(&expected));
        // The usage is that of the root: a node with its price, and in preview 1 an open handle.
        let handles = u64::from(!kind.is_empty());
        let root = [("bytes", 0), ("metadata", 176), ("nodes", 1), ("handles", handles)];
        for function in ["usage", "high-water"] {
            assert_eq!(told(&mut program, function, "amounts"), named(&root), "{kind}");
            let name = format!("{kind}scratch:space/usage#{function}");
            for out in [OUT + 4, 4 * PAGE - 24, u32::MAX - 7] {
                program.traps(&name, &[out.into()]);
            }
        }
        let name = format!("{kind}scratch:space/usage#limits");
        for out in [OUT + 4, 4 * PAGE - 48, u32::MAX - 7] {
            program.traps(&name, &[out.into()]);
        }
        let over = format!("{kind}scratch:space/usage#over-soft-limit");
        assert_eq!(program.done(&over, &[]), 1, "176 bytes are more than 16");
        assert_eq!(program.done(&format!("{kind}scratch:space/files#clear"), &[]), 0);
        assert_eq!(told(&mut program, "usage", "amounts"), named(&root), "{kind}");
        program.audit();
    }
}
