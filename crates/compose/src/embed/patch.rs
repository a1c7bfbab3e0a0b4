//! Code of the program, copied byte for byte except for the indices of functions.

use anyhow::{Context as _, Result};
use wasmparser::{FunctionBody, Operator};

use crate::embed::number::offset;

/// Copies the body of a function; `map` returns the new index of a function. The copy has the same
/// length, unless a new index takes more bytes than the old one.
pub(super) fn patched(body: &FunctionBody<'_>, map: impl Fn(u32) -> u32) -> Result<Vec<u8>> {
    let bytes = body.as_bytes();
    let first = body.range().start;
    let mut copy = Vec::with_capacity(bytes.len() + 8);
    let mut copied = 0;
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let start = offset(operators.original_position() - first);
        let operator = operators.read()?;
        let (Operator::Call { function_index }
        | Operator::ReturnCall { function_index }
        | Operator::RefFunc { function_index }) = operator
        else {
            continue;
        };
        let end = offset(operators.original_position() - first);
        // The opcode is one byte, followed by the index.
        copy.extend(bytes.get(copied..=start).context("an operator is out of order")?);
        copy.extend(leb(map(function_index), end - start - 1));
        copied = end;
    }
    copy.extend(bytes.get(copied..).context("an operator is out of order")?);
    Ok(copy)
}

/// Encodes a number in LEB128, in at least `width` bytes.
pub(super) fn leb(mut number: u32, width: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(5);
    loop {
        let low = u8::try_from(number & 0x7f).expect("BUG: seven bits fit a byte");
        number >>= 7;
        if number == 0 && bytes.len() + 1 >= width {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::Encode as _;

    use super::leb;

    #[test]
    fn a_number_takes_as_many_bytes_as_before_or_as_it_needs() {
        for number in [0, 1, 127, 128, 16383, 16384, u32::MAX] {
            let mut shortest = Vec::new();
            number.encode(&mut shortest);
            for width in 1..=5 {
                let bytes = leb(number, width);
                assert_eq!(bytes.len(), shortest.len().max(width), "{number} in {width}");
                let mut reader = wasmparser::BinaryReader::new(&bytes, 0);
                assert_eq!(reader.read_var_u32().unwrap(), number);
            }
        }
    }
}
