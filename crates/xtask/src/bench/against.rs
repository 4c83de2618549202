//! Two builds in turn: what one does in a second beside the other, as medians of several rounds.

use super::{Build, Engine, Subject, circumstances, load};
use anyhow::Result;
use std::path::Path;
use std::time::Duration;

const ROUNDS: usize = 5;
/// What of the other's speed may be lost before a figure is marked.
const MARKED: f64 = 0.9;

/// What one round of a case showed of a build.
#[derive(Clone, Copy)]
struct Figures {
    per_second: f64,
    p50: f64,
    p99: f64,
}

/// `time` is what each build gets of each case in all.
pub fn compare(engine: Engine, other: &Build, ours: &Build, time: Duration, rows: f64, only: &str) -> Result<()> {
    let mut builds = [
        Subject::start(engine, other, rows, only)?,
        Subject::start(engine, ours, rows, only)?,
    ];
    let names: Vec<String> = builds[0].cases.iter().map(|(name, _)| name.clone()).collect();
    let mut shown: Vec<[Vec<Figures>; 2]> = names.iter().map(|_| Default::default()).collect();
    let each = time / u32::try_from(ROUNDS)?;
    for round in 0..ROUNDS {
        for (case, shown) in shown.iter_mut().enumerate() {
            // Neither always goes first: it would leave its writes to be finished while the other is measured.
            for build in if round % 2 == 0 { [0, 1] } else { [1, 0] } {
                let workers = &mut builds[build].cases[case].1;
                workers.iter_mut().for_each(|(connection, _)| connection.close());
                load::run(workers, each / 8)?;
                let mut sample = load::run(workers, each)?;
                shown[build].push(Figures {
                    per_second: sample.per_second(),
                    p50: sample.percentile(50),
                    p99: sample.percentile(99),
                });
            }
        }
        println!("round {} of {ROUNDS}", round + 1);
    }

    println!("\n{}", circumstances(engine, rows));
    println!("A is {}", told(&other.program));
    println!("B is {}", told(&ours.program));
    println!(
        "{:40} {:>9} {:>9} {:>7}   {:>9} {:>9} {:>7}   {:>9} {:>9} {:>7}",
        "medians", "A a sec.", "B a sec.", "B : A", "A p50 ms", "B p50 ms", "B : A", "A p99 ms", "B p99 ms", "B : A"
    );
    for (name, of) in names.iter().zip(&shown) {
        let medians = |figure: fn(&Figures) -> f64| {
            let [a, b] = [0, 1].map(|build| median(of[build].iter().map(figure).collect()));
            (a, b, b / a)
        };
        let (a, b, ratio) = medians(|f| f.per_second);
        let (a50, b50, ratio50) = medians(|f| f.p50);
        let (a99, b99, ratio99) = medians(|f| f.p99);
        let mark = if ratio < MARKED { "  slower" } else { "" };
        println!(
            "{name:40} {a:>9.0} {b:>9.0} {ratio:>7.2}   {a50:>9.2} {b50:>9.2} {ratio50:>7.2}   {a99:>9.2} {b99:>9.2} {ratio99:>7.2}{mark}"
        );
    }
    for (name, Subject { memory, .. }) in ["A", "B"].iter().zip(&builds) {
        println!("memory of {name}: {} after start, {} signed in", memory[0], memory[1]);
    }
    Ok(())
}

fn told(program: &Path) -> String {
    program.display().to_string()
}

/// The one in the middle: a round in which the machine did something else decides nothing.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match figures.len() % 2 {
        1 => figures[middle],
        _ => (figures[middle - 1] + figures[middle]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(median(vec![900.0, 10.0, 30.0, 20.0, 1.0]), 20.0);
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), 2.5);
    }
}
