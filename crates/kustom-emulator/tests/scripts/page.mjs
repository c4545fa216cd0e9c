// The page of the iframe with as much of a browser as it touches.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ASSETS = fileURLToPath(new URL("../../assets/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "kustom-emulator-page-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** A copy of the page's modules: Node loads a module once, and every page must begin anew. */
function copied(name) {
  const copy = join(folder, name);
  mkdirSync(copy);
  writeFileSync(join(copy, "package.json"), '{ "type": "module" }');
  for (const file of readdirSync(ASSETS).filter((file) => file.endsWith(".js"))) {
    copyFileSync(join(ASSETS, file), join(copy, file));
  }
  return copy;
}

const words = copied("words");
export const { formattingLocale, languageOf, textsOf } = await import(join(words, "texts.js"));
export const { appearanceOf, contrast } = await import(join(words, "appearance.js"));

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
  remove() {}
  focus() {}
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
  shipping_countries: { SE: "swe" },
  allows_separate_shipping_address: false,
  checkboxes: [],
  colours: {},
  asks_page: false,
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
  element("receiver").hidden = true;
  globalThis.location = { hash: "#order=1&token=t&locale=sv-SE&parent=http://shop" };
  globalThis.window = { parent: { postMessage: (message) => said.push(message) }, addEventListener() {} };
  globalThis.document = Object.assign(new Element(), {
    documentElement: { style: { setProperty() {} } },
    hasFocus: () => false,
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
  await import(join(copied(String(loaded)), "checkout.js"));
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
