//! What is written: names, values, and who can read the secrets.

use super::Report;
use super::code::{
    ADMIN_TOKEN, Code, KUSTOM_ENVIRONMENT, KUSTOM_URL, PUBLIC_ADDRESS, SETTINGS_DEMO_PAYMENT, SETTINGS_FILE,
    SETTINGS_SECRET, SETTINGS_SECRET_FILE, SETTINGS_VALUE, SETTINGS_VARIABLE,
};
use crate::config::{ConfigError, Credentials, Draft, KustomEnvironment, Place, Problem, Variables};
use secrecy::ExposeSecret;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use url::Host;

/// Others than the owner and its group.
const READABLE_BY_OTHERS: u32 = 0o004;

/// A name that is further from ours was meant for somebody else.
const FARTHEST_SPELLING: usize = 4;

pub(super) fn check(report: &mut Report, draft: &Draft, variables: &Variables) {
    for problem in &draft.problems {
        report.problem(code_of(problem), problem.to_string());
    }
    for name in variables.unknown() {
        report.warning(
            SETTINGS_VARIABLE,
            format!(
                "{name}: found a variable that is no setting of Kassa; {}",
                meant(name)
            ),
        );
    }
    check_secrets(report, draft);
    for (path, setting) in &draft.secret_files {
        check_permissions(report, path, setting);
    }
    check_kustom_url(report, draft);
    if !report.has_problem() {
        let file = draft
            .file
            .as_deref()
            .map_or_else(|| "no file".to_owned(), |file| file.display().to_string());
        let environment = draft.environment.map_or("none", KustomEnvironment::name);
        report.ok(
            SETTINGS_FILE,
            format!("{file} and the environment were read; Kustom's environment is `{environment}`"),
        );
    }
}

/// Under which name a setting that `serve` refuses is found.
fn code_of(error: &ConfigError) -> Code {
    match &error.problem {
        Problem::NotSettings { .. } => SETTINGS_FILE,
        Problem::Unreadable(_) if matches!(error.place, Place::File(_)) => SETTINGS_FILE,
        Problem::DemoPaymentWhenLive => SETTINGS_DEMO_PAYMENT,
        Problem::WrongKey { .. } | Problem::NotAnEnvironment(_) => KUSTOM_ENVIRONMENT,
        Problem::AdminWithoutToken { .. } => ADMIN_TOKEN,
        Problem::NotABaseUrl(_) => KUSTOM_URL,
        Problem::NotAnOrigin(_) => PUBLIC_ADDRESS,
        Problem::NotHttps { because, .. } => match because.contains("credentials") {
            true => KUSTOM_URL,
            false => PUBLIC_ADDRESS,
        },
        Problem::EmptySecret => SETTINGS_SECRET,
        Problem::Missing {
            setting: "public_url",
            ..
        } => PUBLIC_ADDRESS,
        _ => SETTINGS_VALUE,
    }
}

fn meant(name: &str) -> String {
    let nearest = Variables::known().min_by_key(|known| strsim::levenshtein(known, name));
    match nearest.filter(|known| strsim::levenshtein(known, name) <= FARTHEST_SPELLING) {
        Some(known) => format!("perhaps {known} was meant; rename it or remove it"),
        None => "wanted only those that the README lists; remove it".to_owned(),
    }
}

/// Copied from a page or a mail, secrets bring spaces along that nobody sees.
fn check_secrets(report: &mut Report, draft: &Draft) {
    let common = draft
        .credentials
        .iter()
        .map(|credentials| ("kustom".to_owned(), credentials));
    let others = draft.accounts.iter();
    let others = others.map(|(name, credentials)| (format!("kustom.accounts.{name}"), credentials));
    for (place, credentials) in common.chain(others) {
        for (member, text) in parts(credentials) {
            if text.trim() != text || text.contains(char::is_control) {
                report.problem(
                    SETTINGS_SECRET,
                    format!(
                        "{place}.{member}: found white space or line ends around the text, wanted none; copy it again without them"
                    ),
                );
            }
        }
    }
}

fn parts(credentials: &Credentials) -> [(&'static str, &str); 2] {
    [
        ("key_id", &credentials.key_id),
        ("password", credentials.password.expose_secret()),
    ]
}

fn check_permissions(report: &mut Report, path: &Path, setting: &str) {
    let Ok(found) = fs::metadata(path) else { return };
    let mode = found.permissions().mode() & 0o777;
    if mode & READABLE_BY_OTHERS != 0 {
        let path = path.display();
        report.warning(
            SETTINGS_SECRET_FILE,
            format!(
                "{setting}: found {path} with permissions {mode:o}, which every user of this machine can read; wanted 600; \
                 run `chmod 600 {path}`"
            ),
        );
    }
}

/// Money that is real is not asked for at a stand-in.
fn check_kustom_url(report: &mut Report, draft: &Draft) {
    let (Some(environment), Some(url)) = (draft.environment, &draft.kustom_url) else {
        return;
    };
    if environment == KustomEnvironment::Emulator || draft.kustom_url_is_default {
        return;
    }
    let host = url.host_str().unwrap_or_default();
    let is_this_machine = match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_playground = host.contains("playground");
    let is_wrong = is_this_machine
        || (environment == KustomEnvironment::Live && is_playground)
        || (environment == KustomEnvironment::Playground && host.ends_with("kustom.co") && !is_playground);
    if is_wrong {
        report.problem(
            KUSTOM_URL,
            format!(
                "kustom.url: found {host}, which is not the environment `{}`; remove `kustom.url` and KASSA_KUSTOM_URL, and the \
                 address follows from the environment",
                environment.name()
            ),
        );
    }
}
