// The address form. Its inputs carry the names that the checkout API uses.

const FIELDS = [
  { name: "email", type: "email", autocomplete: "email", width: "two-thirds" },
  { name: "postal_code", type: "text", autocomplete: "postal-code", width: "third" },
  { name: "given_name", type: "text", autocomplete: "given-name", width: "half" },
  { name: "family_name", type: "text", autocomplete: "family-name", width: "half" },
  { name: "street_address", type: "text", autocomplete: "address-line1", width: "" },
  { name: "city", type: "text", autocomplete: "address-level2", width: "half" },
  { name: "phone", type: "tel", autocomplete: "tel", width: "half" },
];

// What a parcel needs; the buyer's e-mail address and phone are the receiver's, too.
export const RECEIVER_FIELDS = [
  { name: "given_name", type: "text", autocomplete: "shipping given-name", width: "half" },
  { name: "family_name", type: "text", autocomplete: "shipping family-name", width: "half" },
  { name: "street_address", type: "text", autocomplete: "shipping address-line1", width: "" },
  { name: "postal_code", type: "text", autocomplete: "shipping postal-code", width: "third" },
  { name: "city", type: "text", autocomplete: "shipping address-level2", width: "two-thirds" },
];

const ORGANIZATION_FIELDS = [
  { name: "organization_name", type: "text", autocomplete: "organization", width: "" },
  { name: "organization_registration_id", type: "text", autocomplete: "off", width: "" },
  { name: "vat_id", type: "text", autocomplete: "off", width: "", isOptional: true },
];

// They belong to the customer and not to the address.
const OF_CUSTOMER = ["organization_registration_id", "vat_id"];

export class AddressForm {
  #texts;
  #container;
  #prefilled = {};
  #countries;
  #customerType = "person";
  #prefix;

  // A second form on the page needs other names for its inputs: the API's own, after a prefix.
  constructor(container, texts, { prefix = "", fields = FIELDS } = {}) {
    this.#container = container;
    this.#texts = texts;
    this.#prefix = prefix;
    container.replaceChildren(...fields.map((field) => this.#field(field)));
  }

  // Countries are a choice only where the shop offers several.
  offerCountries(countries, locale) {
    const chosen = this.address().country;
    this.#countries = countries;
    this.#container.querySelector(".field.country")?.remove();
    if (countries.length < 2) return;
    const select = document.createElement("select");
    const names = new Intl.DisplayNames([locale, "en"], { type: "region" });
    select.append(...countries.map((country) => new Option(names.of(country), country)));
    if (countries.includes(chosen)) select.value = chosen;
    this.#container.append(this.#labelled("country", select, "country"));
  }

  // A person has no organisation's fields. What was typed stays, in the others as well as for a change of mind.
  buyAs(customerType, showsVatId) {
    this.#customerType = customerType;
    const isOfOrganization = (input) => ORGANIZATION_FIELDS.some(({ name }) => name === input.name);
    for (const input of this.#inputs().filter(isOfOrganization)) this.#prefilled[input.name] = input.value.trim();
    for (const old of this.#container.querySelectorAll(".field.organization")) old.remove();
    if (customerType !== "organization") return;
    const fields = ORGANIZATION_FIELDS.filter(({ name }) => name !== "vat_id" || showsVatId);
    const nodes = fields.map((field) => this.#field({ ...field, width: `${field.width} organization` }));
    this.#container.prepend(...nodes);
    for (const input of this.#inputs().filter(isOfOrganization)) input.value = this.#prefilled[input.name] ?? "";
  }

  customer() {
    const said = { type: this.#customerType };
    for (const input of this.#inputs()) {
      if (OF_CUSTOMER.includes(input.name) && input.value.trim()) said[input.name] = input.value.trim();
    }
    return said;
  }

  fill(address) {
    const known = { ...address };
    // Merchants write countries in either case.
    if (known.country) known.country = known.country.toUpperCase();
    if (!this.#offers(known.country)) delete known.country;
    this.#prefilled = { ...this.#prefilled, ...known };
    for (const input of this.#inputs()) {
      const name = this.#nameOf(input);
      if (known[name] !== undefined) input.value = known[name];
      this.#mark(input, false);
    }
  }

  // Members that the form does not show, such as `care_of`, stay as the merchant sent them.
  address() {
    const address = { ...this.#prefilled };
    for (const input of this.#inputs()) address[this.#nameOf(input)] = input.value.trim();
    for (const name of OF_CUSTOMER) delete address[name];
    if (this.#customerType !== "organization") delete address.organization_name;
    // A country that the shop no longer sells to has no field in which it could be corrected.
    if (!this.#offers(address.country)) delete address.country;
    for (const name of Object.keys(address)) if (!address[name]) delete address[name];
    return address;
  }

  #offers(country) {
    return !this.#countries || this.#countries.includes(country);
  }

  isComplete() {
    return this.#inputs().every((input) => !isWrong(input));
  }

  // Marks what is missing or wrong and returns it, in the order of the page.
  check(alsoWrong = []) {
    return this.#inputs().filter((input) => {
      const isMarked = alsoWrong.includes(input.name) || isWrong(input);
      this.#mark(input, isMarked);
      return isMarked;
    });
  }

  #inputs() {
    return [...this.#container.querySelectorAll("input, select")];
  }

  #nameOf(input) {
    return input.name.slice(this.#prefix.length);
  }

  #mark(input, isMarked) {
    const message = document.getElementById(`${input.name}-error`);
    message.textContent = input.value.trim() ? this.#texts.invalid : this.#texts.required;
    if (isMarked) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    message.hidden = !isMarked;
  }

  #field({ name, type, autocomplete, width, isOptional }) {
    const input = document.createElement("input");
    input.type = type;
    input.autocomplete = autocomplete;
    input.addEventListener("input", () => this.#mark(input, false));
    return this.#labelled(name, input, width, isOptional);
  }

  #labelled(name, input, width, isOptional = false) {
    const field = document.createElement("div");
    const label = document.createElement("label");
    const message = document.createElement("p");
    field.className = `field ${width}`;
    input.name = this.#prefix + name;
    input.id = input.name;
    input.required = !isOptional;
    input.setAttribute("aria-describedby", `${input.name}-error`);
    label.htmlFor = input.name;
    label.textContent = this.#texts[name];
    message.id = `${input.name}-error`;
    message.textContent = this.#texts.required;
    message.hidden = true;
    field.append(label, input, message);
    return field;
  }
}

function isWrong(input) {
  const isMissing = input.required && !input.value.trim();
  return isMissing || !input.checkValidity();
}
