// The second address, for the goods alone. Shown where the order allows it and the shopper wants it.

import { AddressForm, RECEIVER_FIELDS } from "./form.js";
import { element } from "./session.js";

const PREFIX = "shipping_address.";

export class Receiver {
  #form;

  constructor(texts) {
    this.#form = new AddressForm(element("receiver-fields"), texts, { prefix: PREFIX, fields: RECEIVER_FIELDS });
  }

  show(order, locale) {
    element("receiver").hidden = !order.allows_separate_shipping_address;
    this.#form.offerCountries(Object.keys(order.shipping_countries ?? {}), locale);
  }

  /** A merchant may know already that the goods go elsewhere. */
  fill(billing, shipping) {
    this.#form.fill(shipping ?? {});
    const isOther = ["street_address", "postal_code", "given_name", "family_name"].some(
      (name) => shipping?.[name] && billing?.[name] && shipping[name] !== billing[name],
    );
    if (isOther) element("receiver-wanted").checked = true;
    this.open();
  }

  open() {
    element("receiver-fields").hidden = !element("receiver-wanted").checked;
  }

  isWanted() {
    return !element("receiver").hidden && element("receiver-wanted").checked;
  }

  isComplete() {
    return this.#form.isComplete();
  }

  address() {
    return this.#form.address();
  }

  check(alsoWrong) {
    return this.isWanted() ? this.#form.check(alsoWrong) : [];
  }
}
