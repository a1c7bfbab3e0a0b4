//! Random sequences of operations, compared with a naive model that is recounted after every step,
//! and with Linux' own tmpfs. `TMPFS_STEPS` sets the number of steps, and `TMPFS_SEED` the first
//! seed.

mod allocator;
#[cfg(target_os = "linux")]
mod compare;
mod engine;
mod episode;
mod fuzz;
mod generator;
#[cfg(target_os = "linux")]
mod linux;
mod listing;
#[cfg(target_os = "linux")]
mod marks;
#[cfg(target_os = "linux")]
mod matrix;
mod model;
mod operation;
#[cfg(target_os = "linux")]
mod paths;
mod random;
mod starvation;
mod survey;
mod world;

use chance::Chance;
use generator::Flavour;
use random::Random;

/// Reads a number from the environment.
fn number(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")),
        Err(_) => default,
    }
}

#[test]
fn random_steps_answer_what_the_model_answers() {
    let (steps, mut seed) = (number("TMPFS_STEPS", 200_000), number("TMPFS_SEED", 1));
    let mut taken = 0;
    while taken < steps {
        println!("TMPFS_SEED={seed}");
        taken += episode::play(Random::Seeded(Chance(seed)), 1500, Flavour::Any) as u64;
        seed += 1;
    }
    println!("{taken} steps");
}

#[test]
fn random_steps_in_crowded_directories_answer_what_the_model_answers() {
    let (steps, mut seed) = (number("TMPFS_STEPS", 30_000), number("TMPFS_SEED", 1));
    let mut taken = 0;
    while taken < steps {
        println!("TMPFS_SEED={seed}");
        taken += episode::play(Random::Seeded(Chance(seed)), 3000, Flavour::Crowded) as u64;
        seed += 1;
    }
    println!("{taken} steps");
}

#[cfg(target_os = "linux")]
#[test]
fn random_steps_answer_what_linux_answers() {
    let (steps, mut seed) = (number("TMPFS_STEPS", 100_000), number("TMPFS_SEED", 1));
    let mut taken = 0;
    while taken < steps {
        println!("TMPFS_SEED={seed}");
        let mut random = Random::Seeded(Chance(seed));
        let choose =
            |model: &model::Model| generator::operation(&mut random, model, Flavour::Native);
        taken += compare::play("steps", 1500, choose) as u64;
        seed += 1;
    }
    println!("{taken} steps");
}
