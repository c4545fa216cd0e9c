//! Mistakes on the way in from outside.

use crate::certificate::Certified;
use crate::neighbour::{Asked, Then, answer};
use crate::shop::Shop;

fn is_push(asked: &Asked) -> bool {
    asked.path() == "/ingress/kustom/webhook/push"
}

fn is_validation(asked: &Asked) -> bool {
    asked.path() == "/ingress/kustom/validate"
}

#[test]
fn an_address_that_the_world_does_not_know_is_found() {
    for address in ["https://localhost", "https://kassa.internal", "https://192.0.2.1"] {
        let shop = Shop::healthy().with_setting("https://checkout.shop.example", address);
        shop.finds(&[("problem", "public_url.address")]);
    }
}

#[test]
fn an_address_without_tls_is_found() {
    let shop = Shop::healthy().with_setting("https://checkout.shop.example", "http://checkout.shop.example");
    shop.finds(&[("problem", "public_url.address")])
        .says("wanted https");
}

/// The names below `invalid` never lead anywhere.
#[test]
fn a_name_without_a_record_is_found() {
    let shop = Shop::healthy().with_setting("https://checkout.shop.example", "https://checkout.invalid");
    shop.finds(&[("problem", "public_url.name")]);
}

#[test]
fn a_closed_port_is_found() {
    let shop = Shop::healthy();
    let verdict = shop.check_with(&["--resolve=checkout.shop.example:443=127.0.0.1:1"]);
    let problems: Vec<_> = verdict
        .lines()
        .into_iter()
        .filter(|(level, _)| *level == "problem")
        .collect();
    assert_eq!(
        problems,
        [("problem", "public_url.reachable")],
        "{}",
        verdict.text
    );
}

#[test]
fn certificates_that_nobody_trusts_are_found() {
    for (certified, says) in [
        (Certified::ByNobody, "nobody whom this machine trusts"),
        (Certified::ForAnotherName, "for another name"),
        (Certified::Expired, "has expired"),
    ] {
        let mut shop = Shop::healthy();
        shop.certified = certified;
        shop.finds(&[("problem", "public_url.certificate")]).says(says);
    }
}

#[test]
fn a_certificate_that_is_not_renewed_is_found() {
    let mut shop = Shop::healthy();
    shop.certified = Certified::EndsInAWeek;
    shop.finds(&[("warning", "public_url.certificate")]);
}

#[test]
fn a_redirect_to_another_name_is_found() {
    let shop = Shop::healthy().with_proxy(|asked| {
        let head = "HTTP/1.1 301 Moved\r\nconnection: close\r\ncontent-length: 0\r\n";
        Then::Answer(format!(
            "{head}location: https://www.checkout.shop.example{}\r\n\r\n",
            asked.target
        ))
    });
    shop.finds(&[("problem", "public_url.redirect")])
        .says("https://www.checkout.shop.example/health");
}

#[test]
fn a_proxy_that_leads_elsewhere_is_found() {
    let shop = Shop::healthy().with_proxy(|_| Then::Answer(answer(200, "text/html", "Welcome to nginx!")));
    shop.finds(&[("problem", "public_url.server")]);
}

#[test]
fn another_kassa_behind_the_name_is_found() {
    let shop =
        Shop::healthy().with_proxy(|_| Then::Answer(answer(200, "application/json", "{\"status\":\"ok\"}")));
    shop.finds(&[("problem", "public_url.server")])
        .says("another Kassa");
}

#[test]
fn plain_http_that_answers_is_found() {
    let mut shop = Shop::healthy();
    shop.plain_http = |_| Then::Answer(answer(200, "application/json", "{\"status\":\"ok\"}"));
    shop.finds(&[("warning", "public_url.http")]);
}

#[test]
fn an_operators_listener_that_the_world_reaches_is_found() {
    let shop = Shop::healthy().with_proxy(|asked| match asked.path() {
        "/ready" => Then::Answer(answer(200, "application/json", "{\"ready\":true}")),
        _ => Then::Forward(asked.forwarded()),
    });
    shop.finds(&[("problem", "admin.public")]);
}

#[test]
fn a_push_whose_query_is_cut_off_is_found() {
    let shop = Shop::healthy().with_proxy(|mut asked| {
        if is_push(&asked) {
            asked.target = asked.path().to_owned();
        }
        Then::Forward(asked.forwarded())
    });
    shop.finds(&[("problem", "callback.push")])
        .says("the token is lost");
}

#[test]
fn a_push_that_a_filter_for_robots_stops_is_found() {
    let shop = Shop::healthy().with_proxy(|asked| match is_push(&asked) {
        true => Then::Answer(answer(403, "text/html", "Are you a robot?")),
        false => Then::Forward(asked.forwarded()),
    });
    shop.finds(&[("problem", "callback.push")]).says("status 403");
}

#[test]
fn a_validation_whose_body_is_changed_is_found() {
    let shop = Shop::healthy().with_proxy(|mut asked| {
        if is_validation(&asked) && asked.body.len() < 1000 {
            asked.body.retain(|byte| *byte != b'\n');
        }
        Then::Forward(asked.forwarded())
    });
    shop.finds(&[("problem", "callback.validation")])
        .says("bytes of body");
}

#[test]
fn a_validation_that_becomes_a_get_is_found() {
    let shop = Shop::healthy().with_proxy(|mut asked| {
        if is_validation(&asked) && asked.body.len() < 1000 {
            asked.method = "GET".to_owned();
        }
        Then::Forward(asked.forwarded())
    });
    shop.finds(&[("problem", "callback.validation")])
        .says("the method GET instead of POST");
}

#[test]
fn a_proxy_that_takes_only_small_bodies_is_found() {
    let shop = Shop::healthy().with_proxy(|asked| match asked.body.len() > 100_000 {
        true => Then::Answer(answer(413, "text/html", "Request Entity Too Large")),
        false => Then::Forward(asked.forwarded()),
    });
    shop.finds(&[("problem", "callback.size")]).says("status 413");
}

/// Kustom has long gone when the check gives up.
#[test]
fn a_validation_that_is_never_answered_is_found() {
    let shop = Shop::healthy().with_proxy(|asked| match is_validation(&asked) && asked.body.len() < 1000 {
        true => Then::Silence,
        false => Then::Forward(asked.forwarded()),
    });
    shop.finds(&[("problem", "callback.validation")])
        .says("no answer within");
}

#[test]
fn a_proxy_that_holds_events_back_is_found() {
    let shop = Shop::healthy().with_proxy(|asked| Then::ForwardAndCollect(asked.forwarded()));
    shop.finds(&[("problem", "storefront.events")]).says("held back");
}

#[test]
fn a_proxy_that_sets_its_own_headers_for_pages_is_found() {
    let shop = Shop::healthy()
        .serve()
        .with_proxy(|asked| match asked.method.as_str() {
            "OPTIONS" => {
                let allow = "access-control-allow-origin: *\r\n";
                let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n";
                Then::Answer(format!("{head}{allow}\r\n"))
            }
            _ => Then::Forward(asked.forwarded()),
        });
    shop.finds(&[("problem", "storefront.origins")])
        .says("https://shop.example");
}

#[test]
fn limits_that_count_the_proxy_are_found() {
    let shop = Shop::healthy().with_setting("RightmostXForwardedFor", "ConnectInfo");
    shop.finds(&[("problem", "limits.client_address")])
        .says("writes x-forwarded-for");
}

#[test]
fn limits_that_wait_for_a_header_are_found() {
    let shop = Shop::healthy().with_setting("RightmostXForwardedFor", "XRealIp");
    shop.finds(&[("problem", "limits.client_address")])
        .says("x-real-ip, which does not arrive");
}
