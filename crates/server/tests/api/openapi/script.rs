//! What the document shows examples of: a visit to the demo shop, from the first look to a cancelled order, and what
//! Kustom asks meanwhile.

use super::record::{Exchange, Recorder};
use crate::review::mismatch;
use crate::shop::pages;
use kustom_api::KustomOrderId;
use serde_json::{Value, json};

const CARTS: &str = "/ingress/commerce/carts";

pub(super) async fn exchanges() -> Vec<Exchange> {
    let mut recorder = Recorder::open().await;
    about(&mut recorder).await;
    let cart = filled(&mut recorder).await;
    described(&mut recorder, &cart).await;
    let id = opened(&mut recorder, &cart).await;
    paid(&mut recorder, &cart, &id).await;
    ordered(&mut recorder, &cart).await;
    elsewhere(&mut recorder).await;
    without_kustom(&mut recorder).await;
    in_review(&mut recorder).await;
    recorder.exchanges()
}

async fn about(recorder: &mut Recorder) {
    recorder.get("getHealth", "It answers", "/health").await;
    let document = recorder.shop.get("/openapi.json").await.ok();
    let mut abridged = pick(&document, &["openapi", "info"]);
    abridged["info"] = pick(&document["info"], &["title", "version"]);
    recorder.keep("getOpenApi", "Abridged", None, 200, abridged);
    // The pages are kept compressed.
    let line = json!("<!-- HTML for static distribution bundle build -->");
    recorder.keep("showDocs", "The first line", None, 200, line);
    let line = json!("html {");
    recorder.keep("getDocsFile", "The first line of index.css", None, 200, line);
}

async fn filled(recorder: &mut Recorder) -> String {
    let profiles = "/ingress/commerce/cart-profiles";
    recorder.get("listCartProfiles", "The demo shop", profiles).await;
    let body = json!({ "profileKey": "de-webshop", "locale": "de", "countryCode": "AT" });
    recorder
        .post("createCart", "A cart for Austria", CARTS, body)
        .await;
    let body = json!({ "profileKey": "se-webshop", "locale": "sv-SE" });
    let created = recorder.post("createCart", "A Swedish cart", CARTS, body).await;
    let cart = format!("{CARTS}/{}", text(&created["cartId"]));

    let add = format!("{cart}/add-item");
    let shoes = json!({ "productNumber": "SH006-WHT-09", "quantity": 1 });
    recorder.post("addCartItem", "A pair of shoes", &add, shoes).await;
    let books = json!({ "productNumber": "BOOK-001", "quantity": 2 });
    let filled = recorder.post("addCartItem", "Two books", &add, books).await;
    let [shoes, books] = [0, 1].map(|index| filled["items"][index]["cartItemId"].clone());
    let path = format!("{cart}/set-quantity");
    let body = json!({ "cartItemId": shoes, "quantity": 2 });
    recorder
        .post("setCartItemQuantity", "Two pairs", &path, body)
        .await;
    let path = format!("{cart}/remove-item");
    let body = json!({ "cartItemId": books });
    recorder.post("removeCartItem", "No books", &path, body).await;
    cart
}

async fn described(recorder: &mut Recorder, cart: &str) {
    let body = json!({ "couponCode": "SUMMER2026" });
    let path = format!("{cart}/add-coupon");
    recorder
        .post("addCartCoupon", "Ten percent off", &path, body.clone())
        .await;
    let path = format!("{cart}/remove-coupon");
    recorder.post("removeCartCoupon", "No coupon", &path, body).await;
    let body = json!({ "email": "asa@shop.example" });
    recorder
        .post("setCartEmail", "An address", &format!("{cart}/email"), body)
        .await;
    let body = json!({ "phone": "+46 70 123 45 67" });
    recorder
        .post("setCartPhone", "A mobile phone", &format!("{cart}/phone"), body)
        .await;

    let path = format!("{cart}/address");
    let body = json!({
        "address": {
            "name": "Åsa Öberg", "addressLine1": "Stårgatan 1", "postalCode": "123 45", "city": "Ankeborg",
            "countryCode": "SE",
        },
        "invoiceRecipient": {
            "name": "Öbergs Skor AB", "attention": "Åsa Öberg", "addressLine1": "Box 12", "postalCode": "123 40",
            "city": "Ankeborg", "countryCode": "SE", "taxId": "556677-8899", "taxIdType": "organization number",
            "taxCountryCode": "SE",
        },
    });
    let name = "Goods here, invoice there";
    recorder.post("setCartAddress", name, &path, body).await;
    let body = json!({ "invoiceRecipient": "unset" });
    recorder
        .post("setCartAddress", "The invoice goes to the address", &path, body)
        .await;

    let body = json!({ "value": "Happy birthday!" });
    let path = format!("{cart}/set-field/giftMessage");
    recorder.post("setCartField", "A text", &path, body).await;
    let body = json!({ "value": { "campaign": "autumn", "wrapped": true } });
    let path = format!("{cart}/set-field/gift");
    recorder.post("setCartField", "An object", &path, body).await;
    let path = format!("{cart}/remove-field/gift");
    recorder
        .post_nothing("removeCartField", "One of two", &path)
        .await;
}

async fn opened(recorder: &mut Recorder, cart: &str) -> KustomOrderId {
    let path = format!("{cart}/payment/kustom");
    let opened = recorder
        .post("openKustomCheckout", "Three pages", &path, pages(""))
        .await;
    assert!(opened["htmlSnippet"].is_string(), "{opened}");
    let rendered = recorder.get("getCart", "Before the payment", cart).await;
    let path = format!("{cart}/payment/kustom/confirm");
    recorder
        .post_nothing("confirmKustomCheckout", "Not paid yet", &path)
        .await;
    let change = ("email", json!({ "email": "asa.oberg@shop.example" }));
    recorder.stream("A cart, and a change of it", cart, change).await;
    KustomOrderId(text(&rendered["fields"]["kustomOrderId"]).to_owned())
}

async fn paid(recorder: &mut Recorder, cart: &str, id: &KustomOrderId) {
    recorder.shop.settle().await;
    let push = recorder.shop.push_path(id);
    let named = json!({ "order_id": id });
    recorder
        .post("receiveKustomPush", "Before it is paid", &push, named.clone())
        .await;
    let (path, mut order) = recorder.asked_at(id, "validation");
    order["order_amount"] = json!(100);
    let name = "Another amount than the cart's";
    recorder.post("validateKustomPurchase", name, &path, order).await;
    // Kustom is doubted now, and told again what the cart holds.
    recorder.shop.settle().await;
    let (path, order) = recorder.asked_at(id, "validation");
    recorder
        .post("validateKustomPurchase", "What the cart holds", &path, order)
        .await;

    recorder.shop.pay(id).await;
    let path = format!("{cart}/payment/kustom/confirm");
    recorder
        .post_nothing("confirmKustomCheckout", "Paid", &path)
        .await;
    recorder
        .post("receiveKustomPush", "After it was paid", &push, named.clone())
        .await;
    let in_path = push.replacen("push?", &format!("push/{id}?"), 1);
    recorder
        .post("receiveKustomPushWithPath", "After it was paid", &in_path, named)
        .await;
}

async fn ordered(recorder: &mut Recorder, cart: &str) {
    let rendered = recorder.get("getCart", "After the purchase", cart).await;
    let body = json!({ "reference": rendered["orderNumber"], "email": rendered["email"] });
    let path = "/ingress/commerce/orders/lookup";
    recorder
        .post("lookUpOrder", "By the number of the order", path, body)
        .await;
    let path = format!("{cart}/cancel-order");
    recorder.post_nothing("cancelCartOrder", "In time", &path).await;
}

/// German shoppers choose in Kustom's checkout how to get the goods.
async fn elsewhere(recorder: &mut Recorder) {
    let body = json!({ "profileKey": "de-webshop", "locale": "en" });
    let created = recorder.shop.post(CARTS, body).await.ok();
    let cart_id = text(&created["cartId"]).to_owned();
    let item = json!({ "productNumber": "BOOK-001", "quantity": 1 });
    recorder.shop.mutate(&cart_id, "add-item", item).await;
    let id = recorder.shop.opened(&cart_id).await;
    let vienna = json!({ "postal_code": "1010", "city": "Wien", "country": "AT" });
    let stockholm = json!({ "postal_code": "111 22", "city": "Stockholm", "country": "SE" });
    let express = json!({ "id": "express", "name": "Express delivery", "price": 990 });
    let balloon = json!({ "id": "balloon", "name": "By balloon", "price": 0 });
    for (operation_id, url, member, good, bad) in [
        (
            "changeKustomAddress",
            "address_update",
            "shipping_address",
            &vienna,
            &stockholm,
        ),
        (
            "changeKustomCountry",
            "country_change",
            "billing_address",
            &vienna,
            &stockholm,
        ),
        (
            "changeKustomShippingOption",
            "shipping_option_update",
            "selected_shipping_option",
            &express,
            &balloon,
        ),
    ] {
        for (name, value) in [("One of ours", good), ("None of ours", bad)] {
            let (path, mut order) = recorder.asked_at(&id, url);
            order[member] = value.clone();
            recorder.post(operation_id, name, &path, order).await;
        }
    }
}

async fn without_kustom(recorder: &mut Recorder) {
    let cart_id = recorder.shop.cart_with_shoes().await;
    let path = format!("{CARTS}/{cart_id}/payment/demo");
    recorder
        .post_nothing("payByDemo", "It moves no money", &path)
        .await;
}

async fn in_review(recorder: &mut Recorder) {
    let (cart_id, _) = mismatch(&recorder.shop).await;
    let path = format!("{CARTS}/{cart_id}/payment/kustom/confirm");
    let name = "A person will decide";
    recorder.post_nothing("confirmKustomCheckout", name, &path).await;
}

impl Recorder {
    /// Where Kustom was told to ask, and what of the order it asks about is read or says what it is.
    fn asked_at(&self, id: &KustomOrderId, url: &str) -> (String, Value) {
        let order = self
            .shop
            .emulator
            .inspect(|kustom| kustom.order(id).unwrap().checkout.clone());
        let order = serde_json::to_value(order).unwrap();
        let url = text(&order["merchant_urls"][url]).replace("{checkout.order.id}", &id.0);
        let path = url[url.find("/ingress").unwrap()..].to_owned();
        let members = [
            "order_id",
            "status",
            "purchase_country",
            "purchase_currency",
            "locale",
            "order_amount",
            "order_tax_amount",
            "order_lines",
            "merchant_reference1",
        ];
        (path, pick(&order, &members))
    }
}

fn pick(value: &Value, members: &[&str]) -> Value {
    let picked = members
        .iter()
        .map(|name| ((*name).to_owned(), value[*name].clone()));
    Value::Object(picked.collect())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
