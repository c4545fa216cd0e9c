// The page of the iframe with as much of a browser as it touches.
import { readFileSync } from "node:fs";

const asset = (name) => readFileSync(new URL(`../../assets/${name}`, import.meta.url), "utf8");
const address = (source) => `data:text/javascript,${encodeURIComponent(source)}`;

export const { textsOf } = await import(address(asset("texts.js")));

class Element {
  value = "x";
  children = [];
  style = {};
  dataset = {};
  listeners = {};
  classList = { add() {}, toggle() {} };
  append(...children) {
    this.children.push(...children);
  }
  prepend() {}
  replaceChildren(...children) {
    this.children = children;
  }
  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }
  querySelector(selector) {
    return selector === "input" ? this.children[0] : null;
  }
  querySelectorAll() {
    return [];
  }
  setAttribute() {}
  removeAttribute() {}
}

export const OPEN = {
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

let loaded = 0;

/** Loads the page against a server of `{ status, body }` for each path, and tells what the shopper and the shop see. */
export async function load(answer) {
  const elements = new Map();
  const said = [];
  const called = [];
  const element = (id) => elements.get(id) ?? elements.set(id, new Element()).get(id);
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
  globalThis.fetch = async (path, { body }) => {
    const step = path.replace("orders/1", "");
    called.push(step);
    const { status, body: answered } = await answer(step, body && JSON.parse(body));
    return { ok: status === 200, status, json: async () => answered };
  };
  loaded += 1;
  const source = ["form", "summary", "texts"].reduce(
    (text, name) => text.replace(`./${name}.js`, address(asset(`${name}.js`))),
    `${asset("checkout.js")}\n// ${loaded}`,
  );
  await import(address(source));
  const atLoad = { called: [...called], events: events(said) };
  said.length = 0;
  called.length = 0;
  return { element, said, called, atLoad };
}

export const events = (said) => said.filter(({ kustomEmulator }) => kustomEmulator === "event").map(({ name }) => name);

export const redirects = (said) =>
  said.filter(({ kustomEmulator }) => kustomEmulator === "redirect").map(({ url }) => url);

/** Every answer is there already, so one turn of the loop is enough for all that follows from them. */
export const settled = () => new Promise(setImmediate);
