//! Runs other programs from the root of the repository.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, bail};

/// Cargo describes the running package in these, and some build scripts (ring's is one) watch them:
/// handing ours down would rebuild those crates each time a command alternates with plain `cargo`.
const CARGO_DESCRIBES_US: [&str; 4] = [
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
];

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the root of the repository")
}

/// Where Cargo put this program, and therefore every other debug binary.
pub(crate) fn debug_binary(name: &str) -> Result<PathBuf> {
    let ours = std::env::current_exe().context("cannot tell where this program lies")?;
    Ok(ours.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// Where Cargo puts optimized binaries: beside the folder of the debug ones.
pub(crate) fn release_binary(name: &str) -> Result<PathBuf> {
    let debug = debug_binary(name)?;
    let file = debug.file_name().context("a binary has a name")?.to_owned();
    let folder = debug
        .parent()
        .and_then(Path::parent)
        .context("this program lies in no target folder")?;
    Ok(folder.join("release").join(file))
}

/// A command line given as one string, such as `npm run lint`; no argument of ours has a space in it.
pub(crate) fn command(line: &str) -> Command {
    let mut words = line.split_whitespace();
    let mut command = program(words.next().expect("a command line starts with a program"));
    command.args(words);
    command
}

pub(crate) fn program(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        if CARGO_DESCRIBES_US
            .iter()
            .any(|prefix| name.to_string_lossy().starts_with(prefix))
        {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command with its output going where ours goes.
pub(crate) fn run(line: &str) -> Result<()> {
    run_command(command(line))
}

pub(crate) fn run_command(mut command: Command) -> Result<()> {
    let shown = shown(&command);
    println!("$ {shown}");
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot run `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// What a command line prints, or nothing when the program is missing or fails.
pub(crate) fn output(line: &str) -> Option<String> {
    printed(&mut command(line))
}

pub(crate) fn printed(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Finds a program the way a shell would.
pub(crate) fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Becomes the command: signals and the exit code are then its own.
#[cfg(unix)]
pub(crate) fn become_command(mut command: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;
    let shown = shown(&command);
    Err(command.exec()).with_context(|| format!("cannot run `{shown}`"))
}

#[cfg(not(unix))]
pub(crate) fn become_command(mut command: Command) -> Result<ExitCode> {
    let shown = shown(&command);
    let status = command
        .status()
        .with_context(|| format!("cannot run `{shown}`"))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn shown(command: &Command) -> String {
    let mut shown = short(command.get_program());
    for argument in command.get_args() {
        write!(shown, " {}", short(argument)).expect("writing to a string cannot fail");
    }
    shown
}

/// Paths inside the repository are shown from its root, so that a line can be copied.
fn short(word: &OsStr) -> String {
    let inside = Path::new(word).strip_prefix(root()).unwrap_or(Path::new(word));
    inside.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_shown_as_it_was_written() {
        assert_eq!(shown(&command("npm run lint")), "npm run lint");
    }

    #[test]
    fn a_program_inside_the_repository_is_shown_from_its_root() {
        assert_eq!(
            shown(&program(root().join("target/debug/kassa"))),
            "target/debug/kassa"
        );
    }

    #[test]
    fn a_failing_command_is_named() {
        let error = run("false --loudly").unwrap_err();
        assert!(
            error.to_string().starts_with("`false --loudly` failed"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run("no-such-program-anywhere --now").unwrap_err();
        assert_eq!(error.to_string(), "cannot run `no-such-program-anywhere --now`");
    }
}
