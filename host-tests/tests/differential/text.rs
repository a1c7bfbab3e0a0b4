//! Random programs on text files.

use host_tests::script::Script;

use crate::chance::Chance;
use crate::generate::{Kind, buffering, ending, options};
use crate::words::{
    BYTES, CHARACTERS, CHARMAPS, ENCODINGS, HALVES, HANDLERS, MODES, NEWLINES, SPOOLED_MODES,
    SURROGATES, WRONG_ENCODINGS, WRONG_MODES, WRONG_NEWLINES,
};

struct Text<'c> {
    kind: Kind,
    chance: &'c mut Chance,
    program: Script,
    buffer: u64,
    /// True if handlers that read surrogates occur. Then the program calls the `-wtf8` methods.
    surrogates: bool,
    /// True if slot 1 was made first, and wrapped.
    wrapped: bool,
    /// True if slot 1 holds the binary file.
    below: bool,
    places: u32,
    /// True after `next`, until a seek. CPython does not know its position then: `tell` fails or is
    /// wrong, and a move to the disk loses bytes.
    iterating: bool,
    /// True after `tell`. CPython no longer knows then which line ends it has read.
    told: bool,
    closed: bool,
    detached: bool,
}

pub(crate) fn program(kind: Kind, chance: &mut Chance) -> Script {
    let surrogates = chance.one_in(4);
    let wrapped = !kind.spooled() && chance.one_in(8);
    let mut made = vec![format!("0={}", kind.name())];
    let modes: &[&str] = if kind.spooled() { &SPOOLED_MODES } else { &MODES };
    let mode = chance.of_odd(modes, &WRONG_MODES).replace('+', "%2B");
    if wrapped {
        made = vec![format!("1={}", kind.name().replace("text-", ""))];
        made.extend((!chance.one_in(3)).then(|| format!("mode={}b", mode.replace('t', ""))));
    } else {
        made.extend((!chance.one_in(3)).then(|| format!("mode={mode}")));
    }
    let (buffering, buffer) = buffering(kind, chance);
    // A text file must have a buffer.
    let buffering = buffering.filter(|it| *it != 0 || (!wrapped && chance.one_in(10)));
    made.extend(buffering.map(|it| format!("buffering={it}")));
    let mut words = vec!["0=1.wrap".to_owned()];
    let of_text = if wrapped { &mut words } else { &mut made };
    if !chance.one_in(8) {
        of_text.push(format!("encoding={}", encoding(chance)));
    }
    if surrogates || chance.one_in(2) {
        of_text.push(format!("errors={}", handler(surrogates, chance)));
    }
    if chance.one_in(2) {
        of_text.push(format!("newline={}", chance.of_odd(&NEWLINES, &WRONG_NEWLINES)));
    }
    if wrapped && chance.one_in(3) {
        words.push(chance.of(&["line-buffering=1", "write-through=1"]).to_owned());
    }
    options(kind, chance, &mut made);
    let mut program = vec![made.join(" ")];
    program.extend(wrapped.then(|| words.join(" ")));
    let mut text = Text {
        kind,
        chance,
        program,
        buffer,
        surrogates,
        wrapped,
        below: wrapped,
        places: 0,
        iterating: false,
        told: false,
        closed: false,
        detached: false,
    };
    if !kind.spooled() && text.chance.one_in(3) {
        text.bytes();
    }
    let steps = 3 + text.chance.below(22);
    for step in 0..steps {
        if step * 3 > steps * 2 && text.chance.one_in(6) {
            text.end();
        } else if text.below && text.chance.one_in(6) {
            text.steps_below();
        } else {
            text.step();
        }
    }
    text.finish()
}

fn encoding(chance: &mut Chance) -> &'static str {
    if chance.one_in(6) {
        chance.of(&CHARMAPS)
    } else {
        chance.of_odd(&ENCODINGS, &WRONG_ENCODINGS)
    }
}

fn handler(surrogates: bool, chance: &mut Chance) -> &'static str {
    if surrogates && !chance.one_in(4) {
        chance.of(&SURROGATES)
    } else {
        chance.of_odd(&HANDLERS, &["bad", ""])
    }
}

impl Text<'_> {
    fn call(&mut self, call: &str) {
        // A spooled file calls `tell` after every write.
        self.told |= self.kind.spooled() && call.starts_with("write");
        self.program.push(format!("0.{call}"));
    }

    /// Returns the method, or its `-wtf8` variant.
    fn twin(&mut self, method: &str) -> String {
        let twin = self.surrogates || self.chance.one_in(8);
        if twin { format!("{method}-wtf8") } else { method.to_owned() }
    }

    /// Writes bytes into the binary file that may not be valid text.
    fn bytes(&mut self) {
        if !self.below {
            self.program.push("1=0.buffer".to_owned());
            self.below = true;
        }
        let pieces = 1 + self.chance.below(6);
        let pieces: Vec<_> = (0..pieces).map(|_| self.piece(&BYTES)).collect();
        self.program.push(format!("1.write {}", pieces.join("+")));
        self.program.push("1.seek 0 0".to_owned());
        if !self.wrapped && self.chance.one_in(2) {
            self.program.push("1.drop".to_owned());
            self.below = false;
        }
    }

    /// Adds steps on the binary file below the text. It seeks first: if text were read ahead,
    /// CPython would count below zero.
    fn steps_below(&mut self) {
        let start = self.chance.of(&["seek 0 0", "seek 0 2", "seek 1 0"]);
        self.call(start);
        for _ in 0..1 + self.chance.below(3) {
            // If nothing was wrapped, slot 1 is the file inside CPython's wrapper, so close only
            // that file.
            let close = if self.wrapped { "close" } else { "close-file" };
            let call = match self.chance.below(16) {
                0 if self.chance.one_in(3) => close.to_owned(),
                0..4 => "tell".to_owned(),
                4..6 => format!("seek {} 0", self.chance.length(self.buffer)),
                6 => "seek 0 2".to_owned(),
                7..9 => format!("read {}", self.chance.length(self.buffer)),
                9 => "readline -".to_owned(),
                10..12 => format!("write {}", self.piece(&BYTES)),
                12 => format!("truncate {}", self.chance.length(self.buffer)),
                _ => self.chance.of(&["flush", "closed", "readable", "mode"]).to_owned(),
            };
            self.program.push(format!("1.{call}"));
        }
        // Flush: a write leaves another part of the bytes read ahead than in CPython.
        self.program.push("1.flush".to_owned());
    }

    fn piece(&mut self, of: &[&str]) -> String {
        let piece = self.chance.of(of);
        match self.chance.below(8) {
            0..5 => piece.to_owned(),
            5 | 6 => format!("{piece}*{}", 1 + self.chance.below(9)),
            _ => format!("{piece}*{}", 1 + self.chance.length(self.buffer)),
        }
    }

    fn content(&mut self, halves: bool) -> String {
        let pieces = self.chance.below(6);
        let pieces: Vec<_> = (0..pieces)
            .map(|_| {
                let half = halves && self.chance.one_in(6);
                self.piece(if half { &HALVES } else { &CHARACTERS })
            })
            .collect();
        if pieces.is_empty() { "\"\"".to_owned() } else { pieces.join("+") }
    }

    fn end(&mut self) {
        if self.chance.one_in(4) {
            self.detached = true;
            self.program.push("2=0.detach".to_owned());
            // CPython gives the memory of a spooled file, which never moves to the disk.
            let calls = ["2.tell", "2.read -", "2.readline 3", "2.write xyz"];
            let then = self.chance.of(&calls[..if self.kind.spooled() { 3 } else { 4 }]);
            self.program.push(then.to_owned());
        } else {
            // Python leaves the file of a detached wrapper to the garbage collector.
            let plain = self.detached || self.wrapped;
            let ending = if plain { "0.close" } else { ending(self.kind, self.chance) };
            self.program.push(ending.to_owned());
        }
        self.closed = true;
    }

    fn step(&mut self) {
        let size = self.chance.size(self.buffer);
        match self.chance.below(48) {
            0..6 => {
                let read = self.twin("read");
                self.call(&format!("{read} {size}"));
            }
            6..11 => {
                let readline = self.twin("readline");
                self.call(&format!("{readline} {}", size.parse().unwrap_or(-1)));
            }
            11 if !self.surrogates => {
                self.iterating = true;
                self.call(&format!("readlines {size}"));
            }
            12..15 => {
                self.iterating = true;
                let next = self.twin("next");
                self.call(&next);
            }
            15..24 => {
                let halves = self.surrogates || self.chance.one_in(12);
                let content = self.content(halves);
                self.call(&format!("write{} {content}", if halves { "-wtf8" } else { "" }));
            }
            24 => {
                let items = self.chance.below(4);
                let items: Vec<_> = (0..items).map(|_| self.content(false)).collect();
                let items = if items.is_empty() { "[]".to_owned() } else { items.join(" ") };
                self.call(&format!("writelines {items}"));
            }
            25..30 => self.seek(),
            30..34 => {
                self.places += 1;
                self.told = true;
                self.program.push(format!("c{}=0.tell", self.places));
            }
            34..40 if self.iterating => self.seek(),
            34 => self.truncate(),
            35 | 36 => self.call("flush"),
            37 if self.kind.spooled() && !self.closed => self.call("rollover"),
            38 | 39 if !self.kind.spooled() => self.reconfigure(),
            40 => self.call("enter"),
            41 | 42 if !self.told => self.call("newlines"),
            _ => {
                let questions = [
                    "closed", "encoding", "errors", "readable", "writable", "seekable", "isatty",
                    "name", "mode",
                ];
                // In Python, a wrapped file has no mode of its own, and no name after `detach`.
                let own = if !self.wrapped { 9 } else { 8 - usize::from(self.detached) };
                let question = self.chance.of(&questions[..own]);
                self.call(question);
            }
        }
    }

    fn seek(&mut self) {
        let place = match self.chance.below(12) {
            0..3 => "0 0".to_owned(),
            3..8 if self.places > 0 => {
                format!("c{} 0", 1 + self.chance.below(u64::from(self.places)))
            }
            8 => "0 2".to_owned(),
            9 => {
                self.told = true;
                "0 1".to_owned()
            }
            10 => self.chance.of(&["-1 0", "3 1", "-3 2", "0 3", "0 -1", "0 5", "7 2"]).to_owned(),
            _ => format!("{} 0", self.chance.length(self.buffer)),
        };
        // Only these seeks are never refused.
        self.iterating &= !matches!(place.as_str(), "0 0" | "0 2");
        self.call(&format!("seek {place}"));
    }

    fn truncate(&mut self) {
        let size = match self.chance.below(3) {
            0 => "-".to_owned(),
            _ if self.kind.spooled() && self.closed => "-".to_owned(),
            1 if self.chance.one_in(3) => "-1".to_owned(),
            _ => self.chance.length(self.buffer).to_string(),
        };
        self.call(&format!("truncate {size}"));
    }

    fn reconfigure(&mut self) {
        let mut options = vec!["reconfigure".to_owned()];
        if self.chance.one_in(2) {
            options.push(format!("encoding={}", encoding(self.chance)));
        }
        if self.chance.one_in(3) {
            options.push(format!("errors={}", handler(self.surrogates, self.chance)));
        }
        if self.chance.one_in(3) {
            let usual = ["None", "", "%0A", "%0D", "%0D%0A"];
            options.push(format!("newline={}", self.chance.of_odd(&usual, &WRONG_NEWLINES)));
        }
        for flag in ["line-buffering", "write-through"] {
            if self.chance.one_in(4) {
                options.push(format!("{flag}={}", self.chance.below(2)));
            }
        }
        self.call(&options.join(" "));
        if self.chance.one_in(3) {
            let question =
                self.chance.of(&["line-buffering", "write-through", "encoding", "errors"]);
            self.call(question);
        }
    }

    fn finish(mut self) -> Script {
        self.call("flush");
        self.call("dump");
        self.call("drop");
        for slot in ["1.drop", "2.drop"] {
            if self.program.iter().any(|line| line.starts_with(&format!("{}=", &slot[..1]))) {
                self.program.push(slot.to_owned());
            }
        }
        self.program
    }
}
