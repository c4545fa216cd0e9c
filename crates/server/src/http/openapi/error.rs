//! Which errors each operation can answer with.
//!
//! A code that the handlers use and this list lacks fails a test, and so does the reverse.

use std::collections::BTreeMap;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};

/// A status, a code and what it means.
type Known = (u16, &'static str, &'static str);

/// Any call that is looked into.
const ALWAYS: &[Known] = &[(500, "INTERNAL", "Something went wrong on our side.")];

const STORE: &[Known] = &[
    (503, "BUSY", "Too much is going on at once. Nothing was changed."),
    (503, "STORAGE_UNAVAILABLE", "Nothing can be saved at the moment."),
];

const CART: &[Known] = &[
    (404, "NOT_FOUND", "No such cart."),
    (
        409,
        "PROFILE_GONE",
        "The shop has removed the cart's profile: begin a new cart.",
    ),
];

/// Limits are the operator's to set; `kassa dev` has none.
const LIMITED: &[Known] = &[(429, "RATE_LIMITED", "Too many requests in a minute.")];

const BODY: &[Known] = &[
    (
        400,
        "INVALID_MESSAGE_BODY",
        "Not a JSON object with the members of the schema; the message says where.",
    ),
    (400, "UNKNOWN_FIELD", "A member that is not in the schema."),
    (413, "BODY_TOO_LARGE", "More than 65536 bytes."),
    (
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        "The body is not `application/json`.",
    ),
];

const CHANGE: &[Known] = &[
    (409, "CART_NOT_OPEN", "The cart is completed or rejected."),
    (
        409,
        "CART_LOCKED",
        "The cart is being paid, or its purchase is being looked into. It may be free in a while.",
    ),
    (
        400,
        "CART_TOTAL_TOO_LARGE",
        "The total would be above what can be paid at once.",
    ),
];

const ITEM: &[Known] = &[(404, "CART_ITEM_NOT_FOUND", "No such item in this cart.")];

const QUANTITY: &[Known] = &[(400, "INVALID_QUANTITY", "Not a whole number from 1 to 9999.")];

const COUNTRY: &[Known] = &[(
    400,
    "COUNTRY_NOT_ALLOWED",
    "The profile does not sell to this country.",
)];

const FIELD_KEY: &[Known] = &[
    (
        400,
        "INVALID_FIELD_KEY",
        "Empty, too long, or with control characters.",
    ),
    (400, "RESERVED_FIELD", "The key starts with `kustom`."),
];

const KUSTOM: &[Known] = &[(
    500,
    "KUSTOM_NOT_CONFIGURED",
    "The credentials for Kustom are missing.",
)];

const CREATE: &[Known] = &[
    (400, "INVALID_PROFILE", "No such cart profile."),
    (400, "INVALID_LOCALE", "Not a locale."),
];

const ADD_ITEM: &[Known] = &[
    (400, "PRODUCT_NOT_FOUND", "No such product."),
    (
        400,
        "PRICE_NOT_FOUND",
        "The product has no price in the cart's currency.",
    ),
    (409, "TOO_MANY_ITEMS", "The cart has 100 items."),
];

/// What becomes of a request with an idempotency key.
const KEYED: &[Known] = &[
    (
        400,
        "INVALID_IDEMPOTENCY_KEY",
        "Not 16 to 128 visible ASCII characters, or two keys.",
    ),
    (
        409,
        "IDEMPOTENCY_KEY_REUSED",
        "The key was used for another request before.",
    ),
    (
        409,
        "REQUEST_IN_PROGRESS",
        "The same request is still running: send it again in a moment.",
    ),
];

const KEYS: &[Known] = &[(
    429,
    "TOO_MANY_KEYS",
    "The cart has 200 idempotency keys of the last 24 hours.",
)];

const STOCK: &[Known] = &[(409, "OUT_OF_STOCK", "There are not as many left of the product.")];

const COUPON: &[Known] = &[(
    400,
    "INVALID_COUPON",
    "Not a code, or one that is not valid here or now, is used up, or is one too many.",
)];

const USED_UP: &[Known] = &[(
    409,
    "INVALID_COUPON",
    "A coupon has just been used up: the cart has a new total.",
)];

const UNKNOWN_COUPON: &[Known] = &[(400, "COUPON_NOT_FOUND", "No such coupon.")];

const ADDRESS: &[Known] = &[(
    400,
    "INVALID_ADDRESS",
    "A member is too long or has impossible characters.",
)];

const EMAIL: &[Known] = &[(400, "INVALID_EMAIL", "Not an e-mail address.")];

const PHONE: &[Known] = &[(400, "INVALID_PHONE", "Not a phone number.")];

const FIELD: &[Known] = &[
    (400, "FIELD_TOO_LARGE", "The value has more than 4096 bytes."),
    (400, "TOO_MANY_FIELDS", "The cart has 32 fields."),
];

const OPEN: &[Known] = &[
    (
        400,
        "URL_NOT_ALLOWED",
        "A page is not on one of the profile's origins.",
    ),
    (400, "URL_NOT_DISTINCT", "Two of the pages are the same."),
    (400, "EMPTY_CART", "There is nothing to pay for."),
    (
        400,
        "NOT_DELIVERABLE",
        "None of the shop's ways to ship serves this cart.",
    ),
    (502, "KUSTOM_ERROR", "Kustom did not accept the checkout."),
    (503, "KUSTOM_UNAVAILABLE", "Kustom does not answer."),
];

const CONFIRM: &[Known] = &[(
    409,
    "NO_KUSTOM_ORDER",
    "No checkout was ever opened for this cart.",
)];

const PUSH: &[Known] = &[
    (400, "INVALID_MESSAGE_BODY", "The body could not be read."),
    (404, "NOT_FOUND", "No order of ours, or a wrong token."),
    (413, "BODY_TOO_LARGE", "More than 4096 bytes."),
];

const VALIDATE: &[Known] = &[
    (404, "NOT_FOUND", "No order of ours, or a wrong token."),
    (413, "BODY_TOO_LARGE", "More than 524288 bytes."),
];

const CANCEL: &[Known] = &[
    (409, "NO_ORDER", "The cart has no order."),
    (
        409,
        "CANCEL_ORDER_FAILED",
        "The order is being sent, or its payment was taken.",
    ),
];

const LOOK_UP: &[Known] = &[
    (400, "INVALID_REQUEST", "`reference` or `email` is blank."),
    (
        404,
        "ORDER_NOT_FOUND",
        "No such number, or another e-mail address: the answer does not tell which.",
    ),
];

const DEMO: &[Known] = &[
    (400, "EMPTY_CART", "There is nothing to pay for."),
    (
        400,
        "NOT_DELIVERABLE",
        "None of the shop's ways to ship serves this cart.",
    ),
];

const FILE: &[Known] = &[(404, "NOT_FOUND", "No such file.")];

/// What [`ALWAYS`] leaves to be said, or `None` for an operation that nobody has listed.
fn errors_of(operation_id: &str) -> Option<&'static [&'static [Known]]> {
    Some(match operation_id {
        "listCartProfiles" | "getHealth" | "getOpenApi" | "redirectToDocs" | "showDocs" => &[],
        "getDocsFile" => &[FILE],
        "createCart" => &[BODY, CREATE, COUNTRY, KEYED, LIMITED, STORE],
        "getCart" | "streamCartEvents" => &[CART, LIMITED, STORE],
        "addCartItem" => &[
            BODY, CART, CHANGE, KEYED, KEYS, LIMITED, QUANTITY, ADD_ITEM, STOCK, STORE,
        ],
        "removeCartItem" => &[BODY, CART, CHANGE, KEYED, KEYS, LIMITED, ITEM, STORE],
        "setCartItemQuantity" => &[
            BODY, CART, CHANGE, KEYED, KEYS, LIMITED, ITEM, QUANTITY, STOCK, STORE,
        ],
        "setCartAddress" => &[BODY, CART, CHANGE, KEYED, KEYS, LIMITED, ADDRESS, COUNTRY, STORE],
        "setCartEmail" => &[BODY, CART, CHANGE, KEYED, KEYS, LIMITED, EMAIL, STORE],
        "setCartPhone" => &[BODY, CART, CHANGE, KEYED, KEYS, LIMITED, PHONE, STORE],
        "setCartField" => &[BODY, CART, CHANGE, KEYED, KEYS, LIMITED, FIELD_KEY, FIELD, STORE],
        "removeCartField" => &[CART, CHANGE, KEYED, KEYS, LIMITED, FIELD_KEY, STORE],
        "addCartCoupon" => &[
            BODY,
            CART,
            CHANGE,
            KEYED,
            KEYS,
            LIMITED,
            COUPON,
            UNKNOWN_COUPON,
            STORE,
        ],
        "removeCartCoupon" => &[BODY, CART, CHANGE, KEYED, KEYS, LIMITED, COUPON, STORE],
        "cancelCartOrder" => &[CART, CANCEL, KEYED, KEYS, LIMITED, STORE],
        "lookUpOrder" => &[BODY, LOOK_UP, LIMITED, STORE],
        "payByDemo" => &[CART, CHANGE, DEMO, STOCK, USED_UP, LIMITED, STORE],
        "openKustomCheckout" => &[BODY, CART, CHANGE, LIMITED, OPEN, KUSTOM, STORE],
        "confirmKustomCheckout" => &[CART, CONFIRM, KUSTOM, LIMITED, STORE],
        "receiveKustomPush" | "receiveKustomPushWithPath" => &[PUSH, STORE],
        "changeKustomShippingOption" | "changeKustomAddress" | "changeKustomCountry" => &[VALIDATE, STORE],
        "validateKustomPurchase" => &[VALIDATE, STORE],
        _ => return None,
    })
}

pub(super) fn add_to(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            let id = operation.operation_id.clone().unwrap_or_default();
            let errors = errors_of(&id).unwrap_or_else(|| panic!("the errors of `{id}` are not listed"));
            add_to_operation(operation, errors);
        }
    }
}

fn add_to_operation(operation: &mut Operation, errors: &[&[Known]]) {
    let mut by_status: BTreeMap<u16, Vec<&Known>> = BTreeMap::new();
    for known in errors.iter().copied().chain([ALWAYS]).flatten() {
        by_status.entry(known.0).or_default().push(known);
    }
    for (status, known) in by_status {
        let response = RefOr::T(response(status, &known));
        operation.responses.responses.insert(status.to_string(), response);
    }
}

/// One schema for all; the codes are in the text for people, and in `x-codes` for programs.
fn response(status: u16, known: &[&Known]) -> Response {
    let lines: Vec<_> = known
        .iter()
        .map(|(_, code, meaning)| format!("`{code}`: {meaning}"))
        .collect();
    let codes: Vec<_> = known.iter().map(|(_, code, _)| *code).collect();
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Error")))
        .build();
    let response = ResponseBuilder::new()
        .description(lines.join("\n\n"))
        .content("application/json", content)
        .extensions(Some(ExtensionsBuilder::new().add("x-codes", codes).build()));
    match status {
        429 | 503 => response.header("Retry-After", retry_after()).build(),
        _ => response.build(),
    }
}

fn retry_after() -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::Integer)))
        .description(Some("After how many seconds it is worth trying again."))
        .build()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    /// What a route of any kind can be answered with. The preface of the document tells about them.
    const EVERYWHERE: [&str; 2] = ["METHOD_NOT_ALLOWED", "ORIGIN_NOT_ALLOWED"];

    /// The string literals that look like codes, outside of tests.
    fn codes_in(source: &str) -> impl Iterator<Item = &str> {
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        source.split('"').skip(1).step_by(2).filter(|text| {
            text.len() > 3 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        })
    }

    fn codes_of_handlers(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("openapi") {
                codes_of_handlers(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(&path).unwrap();
                found.extend(codes_in(&source).map(str::to_owned));
            }
        }
    }

    #[test]
    fn the_documented_codes_are_those_of_the_handlers() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut used = BTreeSet::new();
        codes_of_handlers(&source.join("http"), &mut used);
        used.extend(codes_in(&std::fs::read_to_string(source.join("http.rs")).unwrap()).map(str::to_owned));
        let listed = codes_in(include_str!("error.rs")).map(str::to_owned);
        let documented: BTreeSet<_> = listed.chain(EVERYWHERE.map(str::to_owned)).collect();
        assert_eq!(used, documented);
    }
}
