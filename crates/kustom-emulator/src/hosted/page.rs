//! The page itself: the order's snippet, a way back and a way out.

use super::{HostedStatus, order_on_sale};
use crate::hosted::session::HostedSession;
use crate::kustom::Kustom;
use crate::message::{Request, Response};
use crate::snippet;
use http::{Method, StatusCode, header};
use jiff::Timestamp;
use url::Url;

const PAGE: &str = include_str!("../../assets/hosted.html");

/// `rest` is what follows `/browser/hosted/{id}`.
pub(crate) fn answer(
    kustom: &mut Kustom,
    id: &str,
    rest: &[&str],
    request: &Request,
    now: Timestamp,
) -> Response {
    let Some(session) = kustom.hosted_session(id, now) else {
        return note(StatusCode::NOT_FOUND, "This page has expired.");
    };
    match (rest, &request.method) {
        ([], &Method::GET) => open(kustom, session, request, now),
        (["back"], &Method::POST) => leave(kustom, session, HostedStatus::Back, now),
        (["cancel"], &Method::POST) => leave(kustom, session, HostedStatus::Cancelled, now),
        ([] | ["back" | "cancel"], _) => Response::empty(StatusCode::METHOD_NOT_ALLOWED),
        _ => Response::empty(StatusCode::NOT_FOUND),
    }
}

fn open(kustom: &mut Kustom, session: HostedSession, request: &Request, now: Timestamp) -> Response {
    if session.status == HostedStatus::Completed {
        let url = session.merchant_url(|urls| urls.success.as_ref());
        return url.map_or_else(|| note(StatusCode::OK, "Paid. Thank you."), |url| go_to(&url));
    }
    let Some(order) = order_on_sale(kustom, &session, now) else {
        return note(StatusCode::GONE, "Nothing can be paid on this page any more.");
    };
    let body = filled(
        &session,
        &snippet::html(order, &request.base_url),
        &request.base_url,
    );
    kustom.move_hosted_session(session, HostedStatus::InProgress, now);
    html(StatusCode::OK, body)
}

/// A shopper who leaves is sent to the shop, where it has said whereto.
fn leave(kustom: &mut Kustom, session: HostedSession, status: HostedStatus, now: Timestamp) -> Response {
    if order_on_sale(kustom, &session, now).is_none() {
        return note(StatusCode::GONE, "Nothing can be paid on this page any more.");
    }
    let url = session.merchant_url(|urls| match status {
        HostedStatus::Back => urls.back.as_ref(),
        _ => urls.cancel.as_ref(),
    });
    kustom.move_hosted_session(session, status, now);
    url.map_or_else(
        || note(StatusCode::OK, "You have left the payment."),
        |url| go_to(&url),
    )
}

fn filled(session: &HostedSession, snippet: &str, base_url: &str) -> String {
    let title = session.options.page_title.as_deref().unwrap_or("Payment");
    let logo = session
        .options
        .logo_url
        .as_deref()
        .map_or_else(String::new, |url| {
            format!(r#"<img src="{}" alt="" />"#, escaped(url))
        });
    // The snippet comes last, so that nothing in it is taken for a place to fill.
    PAGE.replace("{{title}}", &escaped(title))
        .replace("{{logo}}", &logo)
        .replace("{{page}}", &format!("{base_url}/browser/hosted/{}", session.id))
        .replace("{{snippet}}", snippet)
}

/// A sentence to a shopper for whom there is no page.
fn note(status: StatusCode, text: &str) -> Response {
    html(
        status,
        format!("<!doctype html>\n<meta charset=\"utf-8\" /><title>Payment</title>\n<p>{text}</p>\n"),
    )
}

fn html(status: StatusCode, body: String) -> Response {
    let mut response = Response::empty(status);
    response.body = body.into();
    response.set_header(header::CONTENT_TYPE, "text/html; charset=utf-8");
    response.set_header(header::CACHE_CONTROL, "no-store");
    response
}

fn go_to(url: &str) -> Response {
    let mut response = Response::empty(StatusCode::SEE_OTHER);
    // A header has no letters beyond ASCII; an address of the web has other ways to write them.
    let written = Url::parse(url).map_or_else(|_| url.to_owned(), String::from);
    response.set_header(header::LOCATION, &written);
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_merchant_says_is_text_and_never_markup() {
        assert_eq!(escaped(r#"<b a="1">&amp;"#), "&lt;b a=&quot;1&quot;&gt;&amp;amp;");
    }

    #[test]
    fn the_page_has_one_place_for_each_thing() {
        for (place, count) in [
            ("{{title}}", 2),
            ("{{logo}}", 1),
            ("{{page}}", 2),
            ("{{snippet}}", 1),
        ] {
            assert_eq!(PAGE.matches(place).count(), count, "{place}");
        }
    }
}
