// What a stranger sees: how to make a first order, and where to point a shop.
import { copy, say } from "./call.js";
import { credentials } from "./curl.js";
import { button, make } from "./make.js";

const EXAMPLE = {
  purchase_country: "SE",
  purchase_currency: "SEK",
  locale: "sv-SE",
  merchant_reference1: "my-first-order",
  order_amount: 10000,
  order_tax_amount: 2000,
  order_lines: [
    { type: "physical", reference: "SH005", name: "Shoe", quantity: 1, unit_price: 10000, tax_rate: 2500, total_amount: 10000, total_tax_amount: 2000 },
  ],
  merchant_urls: {
    terms: "https://shop.example/terms",
    checkout: "https://shop.example/checkout",
    confirmation: "https://shop.example/done?id={checkout.order.id}",
    push: "https://shop.example/push?id={checkout.order.id}",
  },
};

const baseAddress = () => new URL(".", window.location.href).href.replace(/\/$/, "");

export function firstSteps(store) {
  return { key: "first", signature: String(store.acceptsAny), build: () => steps(store.acceptsAny) };
}

function steps(acceptsAny) {
  const command = [
    `curl ${credentials(acceptsAny).join(" ")} ${baseAddress()}/checkout/v3/orders`,
    "-H 'content-type: application/json'",
    `-d '${JSON.stringify(EXAMPLE, null, 2)}'`,
  ].join(" \\\n  ");
  const user = acceptsAny ? "Any user and password that are not empty will do." : "It was started with credentials; use those.";
  return make(
    "section",
    { class: "first" },
    make("h2", null, "No orders yet"),
    make("p", null, "This is a Kustom Checkout of your own. Make an order and watch what happens to it, here and as it happens."),
    make(
      "ol",
      null,
      make(
        "li",
        null,
        make("h3", null, "Create an order"),
        make("p", null, "From a shell, or with the button."),
        make("div", { class: "command" }, make("pre", { tabindex: 0 }, command), button("Copy", () => copy(command, "The command is"))),
        button("Create an example order", () => create(), { class: "primary" }),
      ),
      make("li", null, make("h3", null, "Pay it"), make("p", null, "It appears on this page. Choose it and press Pay, or open its html_snippet in a page, as a shop does.")),
      make(
        "li",
        null,
        make("h3", null, "Point your shop here"),
        make("p", null, "Use this address in place of Kustom's: ", make("code", null, baseAddress()), ` ${user}`),
      ),
    ),
  );
}

async function create() {
  const response = await fetch("checkout/v3/orders", {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Basic ${btoa("inspector:example")}` },
    body: JSON.stringify(EXAMPLE),
  });
  if (response.status === 201) {
    const { order_id } = await response.json();
    window.location.hash = `orders/${order_id}`;
    say("Created. Now press Pay.", "good");
  } else {
    say(`The emulator answered ${response.status}. Was it started with credentials?`, "bad");
  }
}
