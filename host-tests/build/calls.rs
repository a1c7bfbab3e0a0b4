//! The generator of the functions by which tests call those of `wit/`. They are like bindgen's, but
//! without the store, and with handles that drop themselves. It also writes functions that scripts
//! call by their names, and the records of options. A function that is added to an interface needs
//! nothing here, unless it takes or returns a kind of type that is new.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use wit_parser::{Function, FunctionKind, Handle, Interface, Resolve, Type, TypeDefKind, TypeId};

use crate::identifiers::{camel, identifier, snake};

/// The interfaces whose functions tests call. The three of `descriptors` are written by hand: they
/// return what the host has made.
const INTERFACES: [&str; 3] = ["tempfile", "text", "cleanup"];

pub(crate) fn write(output: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed=../wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path("../wit").expect("reading the interfaces");
    let (mut calls, mut methods, mut records) = (String::new(), String::new(), String::new());
    for name in INTERFACES {
        let interface = &resolve.interfaces[resolve.packages[package].interfaces[name]];
        let words = Words { resolve: &resolve, interface: name };
        words.functions(interface, &mut calls);
        words.by_name(interface, &mut methods);
        words.records(interface, &mut calls, &mut records);
    }
    fs::write(output.join("calls.rs"), calls)?;
    fs::write(output.join("by_name.rs"), methods)?;
    fs::write(output.join("records.rs"), records)
}

/// The Rust for what stands in one interface.
struct Words<'a> {
    resolve: &'a Resolve,
    interface: &'a str,
}

impl Words<'_> {
    /// Writes a method of `Sandbox` or `Handle` for each function but the static ones.
    fn functions(&self, interface: &Interface, out: &mut String) {
        for function in interface.functions.values() {
            let name = function.item_name();
            let (implementor, lifetime, path, this) = match function.kind {
                FunctionKind::Freestanding => (" Sandbox".to_owned(), "'_", String::new(), ""),
                FunctionKind::Method(id) => {
                    let resource = self.name(id);
                    let handle = format!("<'a> Handle<'a, {}>", camel(resource));
                    (handle, "'a", format!(".{}()", snake(resource)), ", this")
                }
                _ => continue,
            };
            let (mut parameters, mut arguments) = (String::new(), String::new());
            for parameter in arguments_of(function) {
                let (argument, ty) = (identifier(&parameter.name), &parameter.ty);
                write!(parameters, ", {argument}: {}", self.lent(ty)).unwrap();
                write!(arguments, ", {}", self.passed(&argument, ty)).unwrap();
            }
            let returned = function.result.map(|ty| self.owned(&ty, lifetime));
            let result = returned.map_or(String::new(), |ty| format!(" -> {ty}"));
            let sandbox = if this.is_empty() { "self" } else { "self.sandbox()" };
            let into = function.result.and_then(|ty| self.as_handle(&ty, sandbox));
            let into = into.unwrap_or_default();
            writeln!(
                out,
                "impl{implementor} {{
                    pub fn {method}(&self{parameters}){result} {{
                        self.call(|exports, store{this}| {{
                            exports.{interface}{path}.call_{called}(store{this}{arguments})
                        }}){into}
                    }}
                }}",
                method = identifier(name),
                called = snake(name),
                interface = self.interface,
            )
            .unwrap();
        }
    }

    /// Writes what runs those functions of the interface, and of each resource, that a script can
    /// call: arguments are words of a line, and what is returned has a form in an outcome.
    fn by_name(&self, interface: &Interface, out: &mut String) {
        let functions =
            (self.interface.to_owned(), "Sandbox".to_owned(), FunctionKind::Freestanding);
        let mut objects = vec![functions];
        for (resource, id) in &interface.types {
            if matches!(self.resolve.types[*id].kind, TypeDefKind::Resource) {
                let handle = format!("Handle<'_, {}>", camel(resource));
                objects.push((identifier(resource), handle, FunctionKind::Method(*id)));
            }
        }
        for (name, object, kind) in objects {
            let functions = interface.functions.values().filter(|it| it.kind == kind);
            let arms: String =
                functions.filter(|it| self.is_spoken(it)).map(|it| self.arm(it)).collect();
            if !arms.is_empty() {
                writeln!(
                    out,
                    "pub(super) fn {name}(object: &{object}, name: &str, words: &mut Words<'_>)
                        -> Option<Result<String, TextError>>
                    {{
                        Some(match name {{ {arms} _ => return None }})
                    }}"
                )
                .unwrap();
            }
        }
    }

    fn arm(&self, function: &Function) -> String {
        let name = function.item_name();
        let arguments: Vec<&str> = arguments_of(function).map(|it| self.word(&it.ty)).collect();
        let call = format!("object.{}({})", identifier(name), arguments.join(", "));
        let shown = if name.ends_with("-wtf8") { "as_text" } else { "shown" };
        if function.result.is_some_and(|ty| self.is_result(&ty)) {
            format!("\"{name}\" => {call}.map(|it| it.{shown}()).map_err(Into::into),")
        } else {
            format!("\"{name}\" => Ok({call}.{shown}()),")
        }
    }

    /// Writes the default of each record that has nothing but options, and how a script's line
    /// fills it.
    fn records(&self, interface: &Interface, defaults: &mut String, filled: &mut String) {
        for (name, id) in &interface.types {
            let TypeDefKind::Record(record) = &self.resolve.types[*id].kind else { continue };
            let optional = |ty: &Type| matches!(self.kind(ty), Some(TypeDefKind::Option(_)));
            if !record.fields.iter().all(|field| optional(&field.ty)) {
                continue;
            }
            let of_fields = |value: &dyn Fn(&str) -> String| -> String {
                let field = |name: &str| format!("{}: {},", identifier(name), value(name));
                record.fields.iter().map(|it| field(&it.name)).collect()
            };
            let (none, get) = (
                of_fields(&|_| "None".to_owned()),
                of_fields(&|name| format!("arguments.get(\"{name}\")")),
            );
            let record = format!("{}::{}", self.interface, camel(name));
            writeln!(
                defaults,
                "impl Default for {record} {{ fn default() -> Self {{ Self {{ {none} }} }} }}"
            )
            .unwrap();
            writeln!(
                filled,
                "impl Record for {record} {{
                    fn of(arguments: &Arguments<'_>) -> Self {{ Self {{ {get} }} }}
                }}"
            )
            .unwrap();
        }
    }

    fn name(&self, id: TypeId) -> &str {
        let ty = &self.resolve.types[id];
        ty.name.as_deref().unwrap_or_else(|| {
            panic!(
                "a function of {} takes or returns {:?}: teach `lent` and `passed`, or `owned` and \
                `as_handle`, that type",
                self.interface, ty.kind
            )
        })
    }

    /// Returns the kind of a type behind its other names; `None` for a primitive.
    fn kind(&self, ty: &Type) -> Option<&TypeDefKind> {
        let Type::Id(id) = ty else { return None };
        match &self.resolve.types[*id].kind {
            TypeDefKind::Type(other) => self.kind(other),
            kind => Some(kind),
        }
    }

    fn is_result(&self, ty: &Type) -> bool {
        matches!(self.kind(ty), Some(TypeDefKind::Result(_)))
    }

    fn is_record(&self, ty: &Type) -> bool {
        matches!(self.kind(ty), Some(TypeDefKind::Record(_)))
    }

    /// Returns the expression that converts a parameter to the type that bindgen takes.
    fn passed(&self, parameter: &str, ty: &Type) -> String {
        match self.kind(ty) {
            Some(TypeDefKind::Option(ty)) if self.is_record(ty) => format!("{parameter}.as_ref()"),
            Some(TypeDefKind::List(item)) if self.allocates(item) => {
                format!("&{parameter}.iter().map(|it| (*it).into()).collect::<Vec<_>>()")
            }
            _ => parameter.to_owned(),
        }
    }

    /// Returns the Rust type of a parameter.
    fn lent(&self, ty: &Type) -> String {
        match self.kind(ty) {
            None if *ty == Type::String => "&str".to_owned(),
            Some(TypeDefKind::List(ty)) => format!("&[{}]", self.lent(ty)),
            Some(TypeDefKind::Option(ty)) if !self.is_record(ty) => {
                format!("Option<{}>", self.lent(ty))
            }
            Some(TypeDefKind::Record(record))
                if record.fields.iter().any(|field| self.allocates(&field.ty)) =>
            {
                format!("&{}", self.owned(ty, "'_"))
            }
            _ => self.owned(ty, "'_"),
        }
    }

    /// Tells whether values of the type hold strings or lists. Bindgen takes such a record by
    /// reference.
    fn allocates(&self, ty: &Type) -> bool {
        match self.kind(ty) {
            None => *ty == Type::String,
            Some(TypeDefKind::List(_)) => true,
            Some(TypeDefKind::Option(ty)) => self.allocates(ty),
            Some(TypeDefKind::Record(record)) => {
                record.fields.iter().any(|field| self.allocates(&field.ty))
            }
            _ => false,
        }
    }

    /// Returns the Rust type of a result.
    fn owned(&self, ty: &Type, lifetime: &str) -> String {
        let all = |types: &[Type]| {
            types.iter().map(|ty| self.owned(ty, lifetime)).collect::<Vec<_>>().join(", ")
        };
        let or_unit = |ty: &Option<Type>| ty.map_or("()".to_owned(), |ty| all(&[ty]));
        let Type::Id(id) = ty else { return primitive(ty).to_owned() };
        match self.kind(ty).expect("it has an id") {
            TypeDefKind::List(ty) => format!("Vec<{}>", all(&[*ty])),
            TypeDefKind::Option(ty) => format!("Option<{}>", all(&[*ty])),
            TypeDefKind::Tuple(tuple) => format!("({})", all(&tuple.types)),
            TypeDefKind::Result(result) => {
                format!("Result<{}, {}>", or_unit(&result.ok), or_unit(&result.err))
            }
            TypeDefKind::Handle(Handle::Own(id)) => {
                format!("Handle<{lifetime}, {}>", camel(self.name(*id)))
            }
            _ => format!("{}::{}", self.interface, camel(self.name(*id))),
        }
    }

    /// Returns the end of an expression that makes a handle of the resource in a result.
    fn as_handle(&self, ty: &Type, sandbox: &str) -> Option<String> {
        let own = |ty: &Type| matches!(self.kind(ty), Some(TypeDefKind::Handle(Handle::Own(_))));
        let Some(TypeDefKind::Result(result)) = self.kind(ty) else { return None };
        match &result.ok {
            Some(ty) if own(ty) => Some(format!(".map(|it| Handle::new({sandbox}, it))")),
            Some(ty) => match self.kind(ty) {
                Some(TypeDefKind::Tuple(tuple)) if own(&tuple.types[0]) => {
                    Some(format!(".map(|(it, more)| (Handle::new({sandbox}, it), more))"))
                }
                _ => None,
            },
            None => None,
        }
    }

    fn is_spoken(&self, function: &Function) -> bool {
        arguments_of(function).all(|it| self.has_words(&it.ty))
            && function.result.is_none_or(|ty| match self.kind(&ty) {
                Some(TypeDefKind::Result(result)) => result.ok.is_none_or(|ty| self.has_words(&ty)),
                _ => self.has_words(&ty),
            })
    }

    fn has_words(&self, ty: &Type) -> bool {
        match self.kind(ty) {
            None => matches!(
                ty,
                Type::Bool
                    | Type::U8
                    | Type::U32
                    | Type::S32
                    | Type::U64
                    | Type::S64
                    | Type::String
            ),
            Some(TypeDefKind::Option(ty) | TypeDefKind::List(ty)) => self.has_words(ty),
            _ => false,
        }
    }

    /// Returns the expression that takes an argument out of the words of a line.
    fn word(&self, ty: &Type) -> &'static str {
        match self.kind(ty) {
            None if *ty == Type::String => "&words.next::<String>()",
            Some(TypeDefKind::List(Type::U8)) => "&words.next::<Vec<u8>>()",
            Some(TypeDefKind::List(Type::String)) => {
                "&words.next::<Vec<String>>().iter().map(String::as_str).collect::<Vec<_>>()"
            }
            Some(TypeDefKind::List(_)) => {
                "&words.next::<Vec<Vec<u8>>>().iter().map(Vec::as_slice).collect::<Vec<_>>()"
            }
            Some(TypeDefKind::Option(ty)) if *ty == Type::String => {
                "words.next::<Option<String>>().as_deref()"
            }
            _ => "words.next()",
        }
    }
}

/// Lists the parameters of a function, but for the object that has the method.
fn arguments_of(function: &Function) -> impl Iterator<Item = &wit_parser::Param> {
    let is_method = matches!(function.kind, FunctionKind::Method(_));
    function.params.iter().skip(usize::from(is_method))
}

fn primitive(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::U32 => "u32",
        Type::S32 => "i32",
        Type::U64 => "u64",
        Type::S64 => "i64",
        Type::String => "String",
        _ => unimplemented!("{ty:?} has no use yet"),
    }
}
