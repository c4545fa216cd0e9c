//! `kassa review`: what a person must look at, asked of the running server.
//!
//! The database belongs to the server alone, so this speaks to its operators' listener.

use super::StartError;
use super::operator::{self, CallError, text};
use bytes::Bytes;
use clap::{Args, Subcommand};
use hyper::Method;
use kassa::config::{AdminSettings, Settings, Variables};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// A retry asks Kustom, which may take its time.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Subcommand)]
pub(crate) enum Action {
    /// List what waits for a person, oldest first.
    List {
        /// What was decided already, too.
        #[arg(long)]
        all: bool,
    },
    /// Ask Kustom again and place the purchase if that is possible by now.
    Retry(Decision),
    /// Give the money back. The shopper may buy the cart again.
    Cancel(Decision),
    /// Nothing more to do here: it was dealt with by hand, or it is only for your information.
    Close(Decision),
}

#[derive(Args)]
pub(crate) struct Decision {
    /// The id of the Kustom order, as `list` shows it.
    kustom_order_id: String,
    /// Which review, where the purchase has several.
    #[arg(long)]
    reason: Option<String>,
    /// Who decides.
    #[arg(long)]
    by: String,
    /// Why.
    #[arg(long, default_value = "")]
    note: String,
}

pub(crate) async fn run(config: Option<&Path>, action: Action) -> Result<(), StartError> {
    let admin = Settings::for_operator(config, Variables::of_process()?)?;
    match action {
        Action::List { all } => {
            let reviews = call(&admin, Method::GET, &format!("/reviews?all={all}"), &Value::Null).await?;
            println!("{}", table(reviews.as_array().map_or(&[], Vec::as_slice)));
        }
        Action::Retry(decision) => decide(&admin, "retry", decision).await?,
        Action::Cancel(decision) => decide(&admin, "cancel", decision).await?,
        Action::Close(decision) => decide(&admin, "close", decision).await?,
    }
    Ok(())
}

async fn decide(admin: &AdminSettings, action: &str, decision: Decision) -> Result<(), CallError> {
    let id = utf8_percent_encode(&decision.kustom_order_id, NON_ALPHANUMERIC);
    let mut body = json!({ "action": action, "by": decision.by, "note": decision.note });
    if let Some(reason) = decision.reason {
        body["reason"] = reason.into();
    }
    let resolved = call(admin, Method::POST, &format!("/reviews/{id}"), &body).await?;
    println!(
        "{} of cart {}: {action}",
        text(&resolved, "reason"),
        text(&resolved, "cartNumber")
    );
    Ok(())
}

/// Asks the server, or tells it something.
async fn call(admin: &AdminSettings, method: Method, path: &str, body: &Value) -> Result<Value, CallError> {
    let bytes = if body.is_null() {
        Bytes::new()
    } else {
        body.to_string().into()
    };
    operator::call(admin, method, path, bytes, PATIENCE)
        .await?
        .success()
}

/// One line per review, readable and easy to cut.
fn table(reviews: &[Value]) -> String {
    if reviews.is_empty() {
        return "Nothing waits for you.".into();
    }
    let lines = reviews.iter().map(|review| {
        let resolution = &review["resolution"];
        let decided = match resolution["action"].as_str() {
            Some(action) => format!(
                "  [{action} by {}: {}]",
                text(resolution, "by"),
                text(resolution, "note")
            ),
            None => String::new(),
        };
        format!(
            "{}  {:<20}  cart {}  since {}  {}{decided}",
            text(review, "kustomOrderId"),
            text(review, "reason"),
            text(review, "cartNumber"),
            text(review, "openedAt"),
            text(review, "detail"),
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_one_line_and_says_how_it_ended() {
        let mut review = json!({
            "kustomOrderId": "k1", "reason": "content_mismatch", "cartNumber": "C100001",
            "openedAt": "2026-11-22T12:00:00Z", "detail": "paid 12300 minor units for what was never offered",
        });
        let waiting = "k1  content_mismatch      cart C100001  since 2026-11-22T12:00:00Z  paid 12300 minor units for what \
                       was never offered";
        assert_eq!(table(&[review.clone()]), waiting);
        review["resolution"] = json!({ "action": "cancel", "by": "Anna", "note": "called" });
        assert_eq!(table(&[review]), format!("{waiting}  [cancel by Anna: called]"));
        assert_eq!(table(&[]), "Nothing waits for you.");
    }
}
