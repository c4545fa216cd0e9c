// What the shopper reads and where the page goes after each answer to the pressed button.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const asset = (name) => readFileSync(new URL(`../../assets/${name}`, import.meta.url), "utf8");
const address = (source) => `data:text/javascript,${encodeURIComponent(source)}`;
const { textsOf } = await import(address(asset("texts.js")));
const texts = textsOf("sv-SE");

// As much of an element as the page touches.
class Element {
  value = "x";
  children = [];
  style = {};
  dataset = {};
  listeners = {};
  classList = { add() {}, toggle() {} };
  append() {}
  replaceChildren(...children) {
    this.children = children;
  }
  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }
  querySelector() {
    return null;
  }
  querySelectorAll() {
    return [];
  }
  setAttribute() {}
  removeAttribute() {}
}

const OPEN = {
  state: "open",
  locale: "sv-SE",
  purchase_currency: "SEK",
  order_amount: 10000,
  order_tax_amount: 2000,
  order_lines: [],
  shipping_options: [],
  billing_countries: { SE: "swe" },
  billing_address: { country: "SE" },
  customer_type: "person",
  customer_types: ["person"],
};

/** Loads the page, presses the button and tells what came of it. */
async function press(status, answer, orderAfterwards = OPEN) {
  const elements = new Map();
  const said = [];
  const element = (id) => elements.get(id) ?? elements.set(id, new Element()).get(id);
  let isPressed = false;
  globalThis.location = { hash: "#order=1&token=t&locale=sv-SE&parent=http://shop" };
  globalThis.window = { parent: { postMessage: (message) => said.push(message) }, addEventListener() {} };
  globalThis.document = Object.assign(new Element(), {
    documentElement: {},
    body: new Element(),
    getElementById: element,
    createElement: () => new Element(),
  });
  globalThis.ResizeObserver = class {
    observe() {}
  };
  globalThis.fetch = async (path) => {
    const isPayment = path.endsWith("/pay");
    isPressed ||= isPayment;
    const body = isPayment ? answer : isPressed ? orderAfterwards : OPEN;
    return { ok: !isPayment || status === 200, status: isPayment ? status : 200, json: async () => body };
  };
  const source = ["form", "summary", "texts"].reduce(
    (text, name) => text.replace(`./${name}.js`, address(asset(`${name}.js`))),
    `${asset("checkout.js")}\n// ${JSON.stringify(answer)}${JSON.stringify(orderAfterwards)}`,
  );
  await import(address(source));
  said.length = 0;
  element("form").listeners.submit({ preventDefault() {} });
  // Every answer is there already, so one turn of the loop is enough for all that follows from them.
  await new Promise(setImmediate);
  return {
    complaint: element("alert").hidden ? "" : element("alert").textContent,
    notice: element("notice").hidden ? "" : element("notice-text").textContent,
    isUsable: !element("buy").disabled && !element("columns").hidden,
    redirects: said.filter((message) => message.kustomEmulator === "redirect").map(({ url }) => url),
    events: said.filter((message) => message.kustomEmulator === "event").map(({ name }) => name),
  };
}

const stays = (complaint) => ({ complaint, notice: "", isUsable: true, redirects: [], events: [] });
const denied = (error_text) => ({ outcome: "denied", error_text });
const refused = (code) => ({ error: { code } });

assert.deepEqual(await press(200, denied("Slut i lager")), stays("Slut i lager"));
assert.deepEqual(await press(200, denied("")), stays(texts.denied));
assert.deepEqual(await press(200, { outcome: "validation_failed" }), stays(texts.validationFailed));
assert.deepEqual(await press(200, { outcome: "rejected" }), stays(texts.rejected));
assert.deepEqual(await press(409, refused("PAYMENT_UNDER_WAY")), stays(texts.underWay));
assert.deepEqual(await press(409, refused("ORDER_CHANGED")), stays(texts.changed));

assert.deepEqual(await press(200, { outcome: "sent_away", location: "https://shop/sorry" }), {
  complaint: "",
  notice: texts.redirecting,
  isUsable: false,
  redirects: ["https://shop/sorry"],
  events: [],
});
assert.deepEqual(await press(200, { outcome: "approved", redirect_url: "https://shop/done" }), {
  complaint: "",
  notice: texts.redirecting,
  isUsable: false,
  redirects: ["https://shop/done"],
  events: ["redirect_initiated"],
});

const aborted = await press(409, refused("ORDER_ABORTED"), { ...OPEN, state: "aborted" });
assert.deepEqual([aborted.complaint, aborted.notice], ["", texts.aborted[1]]);

// Every language has every text.
for (const language of ["sv", "nb", "da", "fi", "de"]) {
  assert.deepEqual(Object.keys(textsOf(language)), Object.keys(textsOf("en")), language);
}
