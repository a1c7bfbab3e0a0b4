//! Random bytes in random chunks: no panic, and the same text as at once.

extern crate std;
use std::time::Instant;
use std::prelude::v1::*;
use super::*;
#[test]
fn bench() {
    let ascii = "The quick brown fox jumps over the lazy dog.\n".repeat(2_000);
    let german = "Zwölf Boxkämpfer jagen Viktor über den Sylter Deich.\n".repeat(2_000);
    let russian = "Съешь же ещё этих мягких французских булок\n".repeat(2_000);
    let korean = "다람쥐 헌 쳇바퀴에 타고파\n".repeat(2_000);
    for (name, text) in [("ascii", &ascii), ("german", &german), ("russian", &russian), ("korean", &korean)] {
        for e in ["utf-8", "latin-1", "cp1252","cp1251", "koi8-r", "utf-16", "utf-32"] {
            let h = Handler::Strict;
            let (mut en, mut de, mut n) = (1e9f64, 1e9f64, 0.0);
            for _ in 0..50 {
            let mut out = Vec::with_capacity(1<<20);
            let t = Instant::now();
            if Encoder::new(found(e), h.clone()).encode(text.as_bytes(), &mut out).is_err() { continue }
            en = en.min(t.elapsed().as_secs_f64());
            n = out.len() as f64;
            let t = Instant::now();
            let back = Decoder::new(found(e), h.clone()).decode(out, true).unwrap();
            de = de.min(t.elapsed().as_secs_f64());
            assert!(back.as_bytes() == text.as_bytes());
            }
            std::println!("{name} {e}: encode {:.2} GB/s of text, decode {:.2} GB/s of bytes", text.len() as f64 / en / 1e9, n / de / 1e9);
        }
    }
    let t = Instant::now();
    for _ in 0..1000 { std::hint::black_box(Encoding::find("cp875").unwrap()); }
    std::println!("find {:?}", t.elapsed() / 1000);
    let t = Instant::now();
    for _ in 0..1000 { std::hint::black_box(Encoder::new(found("cp875"), Handler::Strict)); }
    std::println!("find+encoder {:?}", t.elapsed() / 1000);
}
