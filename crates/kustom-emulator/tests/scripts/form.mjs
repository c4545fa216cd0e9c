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
  prepend(...children) {
    for (const child of children) child.parent = this;
    this.children.unshift(...children);
  }
  checkValidity() {
    return true;
  }
  querySelectorAll(selector) {
    if (selector === ".field.organization") {
      return this.descendants().filter((node) => node.className?.endsWith(" organization"));
    }
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

// Who changes to an organisation and back keeps what was typed, and says of it only what she is.
const input = (name) => buyerInputs().find((input) => input.name === name);
const buyerContainer = new Node("div");
const buyerInputs = () => buyerContainer.querySelectorAll();
const both = new AddressForm(buyerContainer, {});
both.offerCountries(["SE", "FI"], "sv");
both.fill({ country: "SE", city: "Ankeborg", organization_name: "Old" });
input("country").value = "FI";
input("city").value = "Pori";
assert.deepEqual(both.customer(), { type: "person" });
assert.equal(both.address().organization_name, undefined);
both.buyAs("organization", true);
assert.deepEqual([input("country").value, input("city").value, input("organization_name").value], ["FI", "Pori", "Old"]);
assert.equal(both.isComplete(), false);
input("organization_name").value = "New";
input("organization_registration_id").value = "1";
both.buyAs("person", true);
assert.deepEqual([both.customer(), both.address().organization_name], [{ type: "person" }, undefined]);
both.buyAs("organization", false);
assert.equal(input("vat_id"), undefined);
assert.deepEqual(both.customer(), { type: "organization", organization_registration_id: "1" });
assert.deepEqual([both.address().organization_name, both.address().organization_registration_id], ["New", undefined]);
