//! Rows about opening the checkout, confirming it and the push.

use super::World;
use super::row::{MARKER, Row, bare, of, post, raw_post};
use crate::kustom_faults::Fault;
use crate::shop::pages;
use axum::http::{Method, StatusCode};
use serde_json::json;

const MEMBERS: [&str; 3] = ["termsUrl", "checkoutUrl", "confirmationUrl"];

pub(super) fn rows(world: &World) -> Vec<Row> {
    let mut rows = evil_urls(world);
    rows.extend(openings(world));
    rows.extend(trouble_at_kustom(world));
    rows.extend(pushes(world));
    rows
}

fn evil_urls(world: &World) -> Vec<Row> {
    let long = format!("http://localhost:5173/{}", "x".repeat(2000));
    let path = of(&world.cart, "payment/kustom");
    let mut rows = Vec::new();
    for url in [
        "https://e-c-h-o.example/",
        "http://localhost@e-c-h-o.example/",
        "http://localhost:5173@e-c-h-o.example/",
        "http://e-c-h-o:e-c-h-o@localhost:5173/",
        "http://localhost.e-c-h-o.example/",
        "//e-c-h-o.example/",
        "/e-c-h-o",
        "https:/\\e-c-h-o.example/",
        "http:\\\\localhost:5173/",
        "https:localhost:5173/e-c-h-o",
        "javascript:alert(1)//e-c-h-o",
        "data:text/html,e-c-h-o",
        "blob:http://localhost:5173/e-c-h-o",
        "file:///e-c-h-o",
        "ftp://localhost/e-c-h-o",
        "https://192.0.2.1/e-c-h-o",
        "https://[2001:db8::1]/e-c-h-o",
        "https://0x7f000001.e-c-h-o.example/",
        "http://2130706433/e-c-h-o",
        "https://xn--lcalhost-x3a/e-c-h-o",
        "http://löcalhost/e-c-h-o",
        "http://localhost:5173/a\te-c-h-o",
        "http://local\thost:5173/e-c-h-o",
        "http://localhost:5173/a\r\ne-c-h-o",
        " http://localhost:5173/e-c-h-o",
        "http://localhost:80/e-c-h-o",
        "http://localhost:99999/e-c-h-o",
        "HTTP://LOCALHOST:5173/e-c-h-o",
        "",
        &long,
    ] {
        for member in MEMBERS {
            let mut body = pages("");
            body[member] = json!(url);
            let says = format!("`{member}`");
            let what = format!("{member} {url:?}");
            rows.push(Row::new(what, post(&path, &body), 400, "URL_NOT_ALLOWED", says));
        }
    }
    rows
}

fn openings(world: &World) -> Vec<Row> {
    let path = of(&world.cart, "payment/kustom");
    let mut rows = Vec::new();
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let mut body = pages("");
        body[MEMBERS[other]] = body[MEMBERS[one]].clone();
        let says = format!("`{}`", MEMBERS[other]);
        let what = format!("{} as {}", MEMBERS[other], MEMBERS[one]);
        rows.push(Row::new(what, post(&path, &body), 400, "URL_NOT_DISTINCT", says));
    }
    let empty = post(&of(&world.empty, "payment/kustom"), &pages(""));
    rows.push(Row::new("an empty cart", empty, 400, "EMPTY_CART", ""));
    for cart in [&world.unopened, &world.empty] {
        let request = bare(Method::POST, &of(cart, "payment/kustom/confirm"));
        rows.push(Row::new(
            "confirm of what was never opened",
            request,
            409,
            "NO_KUSTOM_ORDER",
            "",
        ));
    }
    rows
}

fn trouble_at_kustom(world: &World) -> Vec<Row> {
    const CREATE: &str = "/checkout/v3/orders";
    const BAD_VALUE: &str =
        r#"{"error_code":"BAD_VALUE","error_messages":["Bad value: e-c-h-o"],"correlation_id":"c0de-42"}"#;
    let open = || post(&of(&world.unopened, "payment/kustom"), &pages(""));
    let refused = |what, status, json, says| {
        Row::new(what, open(), 502, "KUSTOM_ERROR", says).when(
            Method::POST,
            CREATE,
            Fault::Answered(status, json),
        )
    };
    let down = |what: &str, fault| {
        let row = Row::new(what, open(), 503, "KUSTOM_UNAVAILABLE", "");
        row.with_header("retry-after").when(Method::POST, CREATE, fault)
    };
    vec![
        refused("Kustom refuses", StatusCode::BAD_REQUEST, BAD_VALUE, "c0de-42"),
        refused(
            "Kustom refuses without words",
            StatusCode::BAD_REQUEST,
            "{}",
            "none",
        ),
        refused(
            "Kustom refuses the credentials",
            StatusCode::UNAUTHORIZED,
            "{}",
            "",
        ),
        down("Kustom is down", Fault::Refused(StatusCode::SERVICE_UNAVAILABLE)),
        down(
            "Kustom is broken",
            Fault::Refused(StatusCode::INTERNAL_SERVER_ERROR),
        ),
        down("a gateway blocks", Fault::Refused(StatusCode::FORBIDDEN)),
        down("Kustom is busy", Fault::Refused(StatusCode::TOO_MANY_REQUESTS)),
        down(
            "an answer without sense",
            Fault::Answered(StatusCode::CREATED, "[]"),
        ),
    ]
}

/// Nothing is asked at Kustom for any of these: whoever can make us call can make us call a lot.
fn pushes(world: &World) -> Vec<Row> {
    let (path, query) = world.push.split_once('?').unwrap();
    let (id, token) = query.split_once('&').unwrap();
    let (id, token) = (
        id.strip_prefix("order_id=").unwrap(),
        token.strip_prefix("token=").unwrap(),
    );
    let zeros = "0".repeat(token.len());
    let other_half = format!(
        "{}{}",
        &token[..token.len() - 1],
        if token.ends_with('0') { '1' } else { '0' }
    );
    let targets = [
        ("no id and no token", path.to_owned()),
        ("no token", format!("{path}?order_id={id}")),
        ("an empty token", format!("{path}?order_id={id}&token=")),
        ("a wrong token", format!("{path}?order_id={id}&token={zeros}")),
        (
            "an almost right token",
            format!("{path}?order_id={id}&token={other_half}"),
        ),
        (
            "a cut token",
            format!("{path}?order_id={id}&token={}", &token[1..]),
        ),
        ("an unknown id", format!("{path}?order_id={MARKER}&token={token}")),
        ("an empty id", format!("{path}?order_id=&token={token}")),
        ("NUL as id", format!("{path}?order_id=%00&token={token}")),
        ("bad UTF-8 as id", format!("{path}?order_id=%FF&token={token}")),
        ("dots as id", format!("{path}?order_id=..%2F..&token={token}")),
        (
            "a huge id",
            format!("{path}?order_id={}&token={token}", "a".repeat(4000)),
        ),
        ("the id in the path and no token", format!("{path}/{id}")),
        ("bad UTF-8 in the path", format!("{path}/%FF?token={token}")),
        (
            "two wrong ids",
            format!("{path}?order_id=a&order_id=b&token={token}"),
        ),
        (
            "two wrong tokens",
            format!("{path}?order_id={id}&token=a&token=b"),
        ),
        ("a path of too many parts", format!("{path}/{id}/{id}?token=a")),
    ];
    let mut rows = Vec::new();
    for (what, target) in targets {
        let request = bare(Method::POST, &target);
        rows.push(Row::new(
            format!("push with {what}"),
            request,
            404,
            "NOT_FOUND",
            "No such",
        ));
    }
    for size in [4097, 1024 * 1024] {
        let request = raw_post(&world.push, "x".repeat(size));
        let what = format!("push of {size} bytes");
        rows.push(Row::new(
            what,
            request,
            413,
            "BODY_TOO_LARGE",
            "exceeds 4096 bytes",
        ));
    }
    rows
}
