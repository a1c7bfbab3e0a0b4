//! The cost of one round of a workload, in a program that repeats it.

/// The calls and the instructions of a run, or of one round.
pub struct Cost {
    pub calls: u64,
    /// Instructions of the program and of a filesystem in it, which wasmtime counts as fuel. A copy
    /// within memory counts one for each byte.
    pub fuel: u64,
}

impl Cost {
    /// Measures the cost of a round: the difference between many and few rounds, so that start and
    /// end do not count. `run` runs a workload for the given number of rounds.
    pub fn of_a_round(workload: &str, run: impl Fn(u64) -> Self) -> Self {
        const FEW: u64 = 20;
        const MANY: u64 = 120;
        let (few, many) = (run(FEW), run(MANY));
        let calls = many.calls - few.calls;
        assert_eq!(calls % (MANY - FEW), 0, "{workload}: not every round costs the same");
        let fuel = (many.fuel - few.fuel) / (MANY - FEW);
        let cost = Self { calls: calls / (MANY - FEW), fuel };
        println!("{workload}: {} calls, {} instructions", cost.calls, cost.fuel);
        cost
    }
}
