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

export class AddressForm {
  #texts;
  #container;
  #prefilled = {};

  constructor(container, texts) {
    this.#container = container;
    this.#texts = texts;
    container.replaceChildren(...FIELDS.map((field) => this.#field(field)));
  }

  // Countries are a choice only where the shop offers several.
  offerCountries(countries, locale) {
    this.#container.querySelector(".field.country")?.remove();
    if (countries.length < 2) return;
    const select = document.createElement("select");
    const names = new Intl.DisplayNames([locale, "en"], { type: "region" });
    select.append(...countries.map((country) => new Option(names.of(country), country)));
    this.#container.append(this.#labelled("country", select, "country"));
  }

  fill(address) {
    this.#prefilled = { ...this.#prefilled, ...address };
    for (const input of this.#inputs()) {
      if (address[input.name] !== undefined) input.value = address[input.name];
      this.#mark(input, false);
    }
  }

  // Members that the form does not show, such as `care_of`, stay as the merchant sent them.
  address() {
    const address = { ...this.#prefilled };
    for (const input of this.#inputs()) address[input.name] = input.value.trim();
    for (const name of Object.keys(address)) if (!address[name]) delete address[name];
    return address;
  }

  isComplete() {
    return this.#inputs().every((input) => input.value.trim() && input.checkValidity());
  }

  // Marks what is missing and puts the cursor there.
  check(alsoWrong = []) {
    const wrong = this.#inputs().filter((input) => {
      const isWrong = alsoWrong.includes(input.name) || !input.value.trim() || !input.checkValidity();
      this.#mark(input, isWrong);
      return isWrong;
    });
    wrong[0]?.focus();
    return wrong.length === 0;
  }

  #inputs() {
    return [...this.#container.querySelectorAll("input, select")];
  }

  #mark(input, isWrong) {
    const message = document.getElementById(`${input.name}-error`);
    if (isWrong) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    message.hidden = !isWrong;
  }

  #field({ name, type, autocomplete, width }) {
    const input = document.createElement("input");
    input.type = type;
    input.autocomplete = autocomplete;
    input.addEventListener("input", () => this.#mark(input, false));
    return this.#labelled(name, input, width);
  }

  #labelled(name, input, width) {
    const field = document.createElement("div");
    const label = document.createElement("label");
    const message = document.createElement("p");
    field.className = `field ${width}`;
    input.name = name;
    input.id = name;
    input.required = true;
    input.setAttribute("aria-describedby", `${name}-error`);
    label.htmlFor = name;
    label.textContent = this.#texts[name];
    message.id = `${name}-error`;
    message.textContent = this.#texts.required;
    message.hidden = true;
    field.append(label, input, message);
    return field;
  }
}
