//! What a step takes from Debian where we may install it, such as in a CI container.

use anyhow::Result;

use crate::process;

pub(crate) fn may_install() -> bool {
    process::find_on_path("apt-get").is_some() && process::output("id -u").as_deref() == Some("0")
}

pub(crate) fn install(package: &str) -> Result<()> {
    process::run("apt-get update")?;
    let mut install = process::command("apt-get install -y --no-install-recommends");
    install.arg(package).env("DEBIAN_FRONTEND", "noninteractive"); // A question would wait for ever: nobody is there.
    process::run_command(install)
}
