//! Random programs on binary files.

use host_tests::script::Script;

use crate::chance::Chance;
use crate::generate::{Kind, buffering, ending, options};

const MODES: [&str; 12] =
    ["w+b", "w+b", "w+b", "w+b", "r+b", "x+b", "a+b", "wb", "rb", "xb", "ab", "b+w"];

/// The modes in which a spooled file can move to the disk.
const SPOOLED_MODES: [&str; 8] = ["w+b", "w+b", "w+b", "r+b", "x+b", "a+b", "wb", "+wb"];

const WRONG_MODES: [&str; 10] = ["b", "", "+", "zb", "wrb", "wwb", "w++b", "tb", "wbt", "Ub"];

/// A binary program in the making, with the state of its file.
struct Binary<'c> {
    kind: Kind,
    chance: &'c mut Chance,
    program: Script,
    buffer: u64,
    unbuffered: bool,
    /// True after a write. From then on, `read1` and `peek` may return other lengths than
    /// CPython's.
    written: bool,
    closed: bool,
    detached: bool,
    slot: u32,
}

pub(crate) fn program(kind: Kind, chance: &mut Chance) -> Script {
    let mut made = vec![format!("0={}", kind.name())];
    let spooled = kind.spooled();
    // Python makes a text file if the mode is valid and has no `b`.
    if !chance.one_in(3) {
        let usual: &[&str] = if spooled { &SPOOLED_MODES } else { &MODES };
        // A spooled file is one of text whenever its mode has no `b`, even if the mode is wrong.
        let odd = if spooled { &["zb", "wrb", "tb"][..] } else { &WRONG_MODES };
        let mode = chance.of_odd(usual, odd).replace('+', "%2B");
        made.push(format!("mode={mode}"));
    }
    let (buffering, buffer) = buffering(kind, chance);
    made.extend(buffering.map(|it| format!("buffering={it}")));
    options(kind, chance, &mut made);
    if chance.one_in(60) {
        made.push(
            chance.of(&["encoding=utf-8", "errors=strict", "newline=", "newline=%0A"]).to_owned(),
        );
    }
    let mut binary = Binary {
        kind,
        chance,
        program: vec![made.join(" ")],
        buffer,
        unbuffered: buffering == Some(0) && !spooled,
        written: false,
        closed: false,
        detached: false,
        slot: 0,
    };
    let steps = 3 + binary.chance.below(22);
    for step in 0..steps {
        if step * 3 > steps * 2 && binary.chance.one_in(6) {
            binary.end();
        } else {
            binary.step();
        }
    }
    binary.finish()
}

impl Binary<'_> {
    fn call(&mut self, call: &str) {
        self.program.push(format!("{}.{call}", self.slot));
    }

    /// Ends the file's use by a detach or a close. The steps that follow show what still works.
    fn end(&mut self) {
        if !self.kind.spooled() && self.chance.one_in(3) {
            self.program.push("1=0.detach".to_owned());
            self.detached = true;
            if self.chance.one_in(2) {
                self.slot = 1;
                self.unbuffered = true;
            }
        } else {
            // Python leaves the file of a detached wrapper to the garbage collector.
            if self.detached {
                self.call("close");
            } else {
                self.program.push(ending(self.kind, self.chance).to_owned());
            }
            self.closed = true;
        }
    }

    fn step(&mut self) {
        let buffer = self.buffer;
        let size = self.chance.size(buffer);
        match self.chance.below(40) {
            0..5 => self.call(&format!("read {size}")),
            5 => {
                let size: u64 = size.trim_start_matches('-').parse().unwrap_or(3);
                let one_read = if !self.written && self.chance.one_in(2) { "1" } else { "" };
                self.call(&format!("readinto{one_read} {size}"));
            }
            6 => self.read1(&size),
            7 => self.peek(),
            8..11 => self.call(&format!("readline {size}")),
            11 => self.call(&format!("readlines {size}")),
            12..22 => {
                let content = self.content();
                self.written = true;
                self.call(&format!("write {content}"));
            }
            22 => {
                let items = self.chance.below(4);
                let items: Vec<_> = (0..items).map(|_| self.content()).collect();
                let items = if items.is_empty() { "[]".to_owned() } else { items.join(" ") };
                self.written = true;
                self.call(&format!("writelines {items}"));
            }
            23..30 => {
                let place = match self.chance.below(5) {
                    0 => format!("-{} 1", self.chance.length(buffer)),
                    1 => format!("{} 1", self.chance.length(buffer)),
                    2 => format!("-{} 2", self.chance.length(buffer)),
                    3 if self.chance.one_in(3) => {
                        let whence = self.chance.of(&["-1", "5", "6", "-5"]);
                        format!("0 {whence}")
                    }
                    3 => "0 0".to_owned(),
                    _ => format!("{} 0", self.chance.length(buffer)),
                };
                self.call(&format!("seek {place}"));
                if self.written && place.starts_with('-') {
                    // CPython miscounts after a refused seek while bytes wait.
                    self.call("flush");
                }
            }
            30 => self.truncate(),
            31 => self.call("flush"),
            32..34 => self.call("tell"),
            34 if self.kind.spooled() && !self.closed => self.call("rollover"),
            35 if self.unbuffered => self.call("readall"),
            36 => self.call("enter"),
            _ => {
                let questions =
                    ["closed", "name", "mode", "readable", "writable", "isatty", "seekable"];
                // CPython's FileIO calls itself not seekable after a refused first seek.
                let all = if self.unbuffered && self.slot == 0 { 6 } else { 7 };
                let question = self.chance.of(&questions[..all]);
                self.call(question);
            }
        }
    }

    fn truncate(&mut self) {
        // In CPython, this call would move a closed spooled file to the disk and open it again.
        let size = match self.chance.below(3) {
            0 => "-".to_owned(),
            _ if self.kind.spooled() && self.closed => "-".to_owned(),
            1 if self.chance.one_in(3) => "-1".to_owned(),
            _ => self.chance.length(self.buffer).to_string(),
        };
        self.call(&format!("truncate {size}"));
    }

    fn read1(&mut self, size: &str) {
        if self.written && !self.unbuffered {
            self.call(&format!("read1-some {}", size.parse().unwrap_or(-1)));
        } else {
            self.call(&format!("read1 {size}"));
        }
    }

    fn peek(&mut self) {
        // A spooled file in memory has no buffer for `peek`.
        if !self.kind.spooled() {
            self.call("peek");
        }
    }

    fn content(&mut self) -> String {
        let length = self.chance.length(self.buffer);
        let letter = self.chance.of(&["a", "b", "7", "%00", "%FF", "%0D"]);
        let line = if self.chance.one_in(2) { "+%0A" } else { "" };
        match length {
            0 => "\"\"".to_owned(),
            1..4 => format!("{letter}*{length}{line}"),
            _ => {
                let first = self.chance.below(length - 1) + 1;
                let other = self.chance.of(&["c", "x%0A", "%0A", "z"]);
                format!("{letter}*{first}{line}+{other}*{}", length - first)
            }
        }
    }

    /// Ends the program: it reads all bytes, and checks that the object is gone.
    fn finish(mut self) -> Script {
        self.call("flush");
        self.call("dump");
        self.program.push("0.drop".to_owned());
        if self.slot == 1 {
            self.program.push("1.drop".to_owned());
        }
        self.program
    }
}
