// The country of the form survives a prefill in lower case, a re-read, and a list that no longer has it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

class Node {
  #value = "";
  constructor(tag) {
    this.tag = tag;
    this.children = [];
  }
  append(...children) {
    for (const child of children) child.parent = this;
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = [];
    this.append(...children);
  }
  remove() {
    this.parent.children = this.parent.children.filter((child) => child !== this);
  }
  descendants() {
    return this.children.flatMap((child) => (child instanceof Node ? [child, ...child.descendants()] : []));
  }
  querySelector() {
    return this.descendants().find((node) => node.className === "field country");
  }
  querySelectorAll() {
    return this.descendants().filter((node) => ["input", "select"].includes(node.tag));
  }
  get value() {
    return this.#value || (this.children[0]?.value ?? "");
  }
  // As in a browser, a select has no value that is not among its options.
  set value(value) {
    const isOffered = this.tag !== "select" || this.children.some((option) => option.value === value);
    this.#value = isOffered ? value : " ";
  }
  setAttribute() {}
  removeAttribute() {}
  addEventListener() {}
}

globalThis.Option = class {
  constructor(_, value) {
    this.value = value;
  }
};
globalThis.document = { createElement: (tag) => new Node(tag), getElementById: () => ({}) };

const source = readFileSync(new URL("../../assets/form.js", import.meta.url), "utf8");
const { AddressForm } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const container = new Node("div");
const form = new AddressForm(container, {});
form.offerCountries(["DE", "AT", "CH"], "de");
form.fill({ country: "at" });
assert.equal(form.address().country, "AT");
container.querySelectorAll().find((input) => input.name === "country").value = "CH";
form.offerCountries(["DE", "AT", "CH"], "de");
assert.equal(form.address().country, "CH");

const single = new AddressForm(new Node("div"), {});
single.offerCountries(["NO"], "nb");
single.fill({ country: "SE" });
assert.equal(single.address().country, undefined);
