//! `cargo xtask test`: runs the steps in order, stops at the first that fails, and says how long each took.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::step::{self, Step};

struct Done {
    name: &'static str,
    took: Duration,
    result: Result<()>,
}

pub(crate) fn test(names: &[String]) -> Result<ExitCode> {
    let chosen = chosen(names)?;
    let mut done = Vec::new();
    for step in &chosen {
        done.push(run(step));
        if done.last().is_some_and(|last| last.result.is_err()) {
            break;
        }
    }
    Ok(report(&done, chosen.len()))
}

/// The steps in their own order, whatever order they were named in.
fn chosen(names: &[String]) -> Result<Vec<&'static Step>> {
    if let Some(unknown) = names
        .iter()
        .find(|name| !step::ALL.iter().any(|step| step.name == **name))
    {
        let known: Vec<&str> = step::ALL.iter().map(|step| step.name).collect();
        bail!(
            "there is no step `{unknown}`; the steps are: {}",
            known.join(", ")
        );
    }
    Ok(step::ALL
        .iter()
        .filter(|step| names.is_empty() || names.iter().any(|name| step.name == name))
        .collect())
}

fn run(step: &Step) -> Done {
    println!("\n== {}: {}", step.name, step.what);
    let started = Instant::now();
    let result = (step.run)();
    Done {
        name: step.name,
        took: started.elapsed(),
        result,
    }
}

fn report(done: &[Done], chosen: usize) -> ExitCode {
    println!("\n{}", table(done));
    for done in done {
        if let Err(error) = &done.result {
            println!(
                "step `{0}` failed: {error:#}\nrun it alone: cargo xtask test {0}\n",
                done.name
            );
        }
    }
    println!("{}", verdict(done, chosen));
    if done.iter().all(|done| done.result.is_ok()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn table(done: &[Done]) -> String {
    let rows = done.iter().map(|done| {
        let verdict = if done.result.is_ok() { "ok" } else { "FAILED" };
        format!("{:<8} {:>7.1} s  {verdict}\n", done.name, done.took.as_secs_f64())
    });
    rows.collect()
}

/// The last line; programs read it, so its form `N passed, M failed` stays.
fn verdict(done: &[Done], chosen: usize) -> String {
    let failed = done.iter().filter(|done| done.result.is_err()).count();
    let passed = done.len() - failed;
    match chosen - done.len() {
        0 => format!("{passed} passed, {failed} failed"),
        left => format!("{passed} passed, {failed} failed, {left} not run"),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn done(name: &'static str, result: Result<()>) -> Done {
        Done {
            name,
            took: Duration::from_millis(1234),
            result,
        }
    }

    #[test]
    fn without_names_every_step_is_chosen() {
        assert_eq!(chosen(&[]).unwrap().len(), step::ALL.len());
    }

    #[test]
    fn steps_run_in_their_own_order() {
        let chosen = chosen(&names(&["rust", "fmt"])).unwrap();
        assert_eq!(
            chosen.iter().map(|step| step.name).collect::<Vec<_>>(),
            ["fmt", "rust"]
        );
    }

    #[test]
    fn an_unknown_step_is_refused_with_those_that_exist() {
        let error = chosen(&names(&["fmt", "rusty"])).err().unwrap().to_string();
        assert_eq!(
            error,
            "there is no step `rusty`; the steps are: fmt, web, clippy, rust, planted, e2e, syscalls, torture, deny"
        );
    }

    #[test]
    fn the_last_line_counts_steps() {
        let passed = [done("fmt", Ok(())), done("rust", Ok(()))];
        assert_eq!(verdict(&passed, 2), "2 passed, 0 failed");
        let failed = [done("fmt", Ok(())), done("rust", Err(anyhow!("no")))];
        assert_eq!(verdict(&failed, 5), "1 passed, 1 failed, 3 not run");
    }

    #[test]
    fn the_table_names_each_step_with_its_duration() {
        let table = table(&[done("fmt", Ok(())), done("rust", Err(anyhow!("no")))]);
        assert_eq!(table, "fmt          1.2 s  ok\nrust         1.2 s  FAILED\n");
    }
}
