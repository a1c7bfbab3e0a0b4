//! The search for a smaller program that still fails.

use host_tests::script::Script;

/// Returns a smaller program for which `fails` is true. It passes many programs to `fails` at once,
/// since an interpreter is faster in that way.
pub(crate) fn shrink(program: Script, mut fails: impl FnMut(&[Script]) -> Vec<bool>) -> Script {
    let mut smallest = program;
    // Each round makes the program smaller, so that the loop ends.
    loop {
        let candidates = smaller(&smallest);
        let failing = fails(&candidates);
        let Some(best) = candidates.into_iter().zip(failing).find(|(_, fails)| *fails) else {
            return smallest;
        };
        smallest = best.0;
    }
}

/// Lists smaller programs: first those with much less, then those with one thing less.
fn smaller(program: &Script) -> Vec<Script> {
    let mut found = Vec::new();
    let lines = program.len();
    for length in [lines / 2, lines / 4, lines / 8, 2, 1] {
        if length == 0 || (length <= 2 && lines / 8 > 2 && length == 2) {
            continue;
        }
        for start in (1..lines).rev().filter(|start| start + length <= lines) {
            let mut fewer = program.clone();
            fewer.drain(start..start + length);
            found.push(fewer);
        }
    }
    for (at, line) in program.iter().enumerate() {
        found.extend(smaller_lines(line).into_iter().map(|line| {
            let mut simpler = program.clone();
            simpler[at] = line;
            simpler
        }));
    }
    found
}

/// Lists variants of a line with one argument less, or with a simpler one.
fn smaller_lines(line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split(' ').collect();
    let mut found = Vec::new();
    // Keep the argument `whence`, which is no quantity.
    let last = if words[0].ends_with(".seek") { 2 } else { words.len() };
    for (at, word) in words.iter().enumerate().take(last).skip(1) {
        let with = |replacement: Option<&str>| {
            let mut words = words.clone();
            match replacement {
                Some(word) => words[at] = word,
                None => drop(words.remove(at)),
            }
            words.join(" ")
        };
        match word.split_once('=') {
            Some((key, value)) => {
                found.push(with(None));
                // Keep a buffer: a file without one is of another class.
                let simpler = smaller_numbers(value).into_iter();
                let simpler = simpler.filter(|value| key != "buffering" || value != "0");
                found.extend(simpler.map(|value| with(Some(&format!("{key}={value}")))));
            }
            None => {
                let simpler = smaller_words(word).into_iter();
                found.extend(simpler.map(|word| with(Some(&word))));
                if words.len() > 2 && line.contains("writelines") {
                    found.push(with(None));
                }
            }
        }
    }
    found
}

fn smaller_words(word: &str) -> Vec<String> {
    if word.parse::<i64>().is_ok() {
        return smaller_numbers(word);
    }
    let mut found = Vec::new();
    let pieces: Vec<&str> = word.split('+').collect();
    for (at, piece) in pieces.iter().enumerate() {
        let mut others = pieces.clone();
        if pieces.len() > 1 {
            others.remove(at);
            found.push(others.join("+"));
        }
        let Some((content, times)) = piece.split_once('*') else { continue };
        for times in smaller_numbers(times) {
            let piece =
                if times == "1" { content.to_owned() } else { format!("{content}*{times}") };
            let mut pieces = pieces.clone();
            pieces[at] = &piece;
            if times != "0" {
                found.push(pieces.join("+"));
            }
        }
    }
    found
}

fn smaller_numbers(number: &str) -> Vec<String> {
    let Ok(number) = number.parse::<i64>() else { return Vec::new() };
    let towards = [0, 1, number / 2, number - number.signum()];
    let closer = towards.into_iter().filter(|it| it.abs() < number.abs());
    let mut found: Vec<String> = closer.map(|it| it.to_string()).collect();
    found.dedup();
    found
}
