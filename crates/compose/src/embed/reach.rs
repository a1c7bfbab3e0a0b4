//! Dead code: the functions of the filesystem's module that its wanted exports can reach.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use wasmparser::{ElementItems, FuncType, Operator};

use crate::embed::module::Module;
use crate::embed::number::{index, place};

/// Marks the functions that are reached from these, by their index. A function in a table is
/// reached if a reached function makes an indirect call of its type.
pub(super) fn reached(
    module: &Module<'_>,
    from: impl IntoIterator<Item = u32>,
) -> Result<Vec<bool>> {
    let mut reach = Reach {
        module,
        live: vec![false; module.functions.len()],
        waiting: from.into_iter().chain(module.start).collect(),
        called: BTreeSet::new(),
    };
    let in_tables = in_tables(module)?;
    reach.waiting.extend(in_globals(module)?);
    loop {
        while let Some(function) = reach.waiting.pop() {
            reach.follow(function)?;
        }
        let called = reach
            .called
            .iter()
            .map(|ty| module.type_at(*ty))
            .collect::<Result<Vec<&FuncType>>>()?;
        for function in &in_tables {
            if !reach.live[place(*function)] && called.contains(&module.function_type(*function)?) {
                reach.waiting.push(*function);
            }
        }
        if reach.waiting.is_empty() {
            return Ok(reach.live);
        }
    }
}

struct Reach<'m, 'a> {
    module: &'m Module<'a>,
    live: Vec<bool>,
    waiting: Vec<u32>,
    /// The types of indirect calls.
    called: BTreeSet<u32>,
}

impl Reach<'_, '_> {
    fn follow(&mut self, function: u32) -> Result<()> {
        let live = self.live.get_mut(place(function)).context("there is no such function")?;
        if std::mem::replace(live, true) {
            return Ok(());
        }
        let Some(body) = function.checked_sub(self.module.imported()) else { return Ok(()) };
        for operator in self.module.bodies[place(body)].get_operators_reader()? {
            match operator? {
                Operator::Call { function_index }
                | Operator::ReturnCall { function_index }
                | Operator::RefFunc { function_index } => self.waiting.push(function_index),
                Operator::CallIndirect { type_index, .. }
                | Operator::ReturnCallIndirect { type_index, .. } => {
                    self.called.insert(type_index);
                }
                // Other instructions that read a table keep all functions in tables.
                Operator::TableGet { .. } | Operator::CallRef { .. } => {
                    self.called.extend(self.module.functions.iter().copied());
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Lists the functions that the element segments put into tables.
fn in_tables(module: &Module<'_>) -> Result<Vec<u32>> {
    let mut functions = Vec::new();
    for element in &module.elements {
        match &element.items {
            ElementItems::Functions(items) => {
                for function in items.clone() {
                    functions.push(function?);
                }
            }
            ElementItems::Expressions(_, items) => {
                for expression in items.clone() {
                    functions.extend(named(expression?)?);
                }
            }
        }
    }
    Ok(functions)
}

fn in_globals(module: &Module<'_>) -> Result<Vec<u32>> {
    let mut functions = Vec::new();
    for global in &module.globals {
        functions.extend(named(global.init_expr.clone())?);
    }
    Ok(functions)
}

fn named(expression: wasmparser::ConstExpr<'_>) -> Result<Vec<u32>> {
    let mut functions = Vec::new();
    for operator in expression.get_operators_reader() {
        if let Operator::RefFunc { function_index } = operator? {
            functions.push(function_index);
        }
    }
    Ok(functions)
}

/// Returns the index of each live function that the module defines, in order.
pub(super) fn defined<'m>(
    module: &'m Module<'_>,
    live: &'m [bool],
) -> impl Iterator<Item = u32> + 'm {
    (module.imported()..index(module.functions.len())).filter(|function| live[place(*function)])
}

#[cfg(test)]
mod tests {
    use super::reached;
    use crate::embed::module::Module;

    fn live(text: &str, from: &[&str]) -> Vec<bool> {
        let wasm = wat::parse_str(text).unwrap();
        let module = Module::read(&wasm).unwrap();
        let from: Vec<_> = from.iter().map(|name| module.exported(name).unwrap()).collect();
        reached(&module, from).unwrap()
    }

    const MODULE: &str = r#"(module
        (type $none (func)) (type $one (func (param i32)))
        (import "m" "used" (func $used)) (import "m" "unused" (func $unused))
        (table funcref (elem $in_table $other_type))
        (func (export "a") call $called)
        (func $called call $used)
        (func (export "b") call $unused)
        (func (export "c") i32.const 0 call_indirect (type $none))
        (func $in_table (type $none))
        (func $other_type (type $one)))"#;

    #[test]
    fn calls_are_followed_and_what_nobody_calls_is_dead() {
        let expected = [true, false, true, true, false, false, false, false];
        assert_eq!(live(MODULE, &["a"]), expected);
        assert_eq!(live(MODULE, &[]), [false; 8]);
    }

    #[test]
    fn a_call_through_a_table_keeps_the_functions_of_its_type() {
        let expected = [false, false, false, false, false, true, true, false];
        assert_eq!(live(MODULE, &["c"]), expected);
    }
}
