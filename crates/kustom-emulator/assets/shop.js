// The shop's page around the iframe: what it is told, and what it is asked.
//
// The page answers to nobody but the one that embeds it. Events and their payloads:
// https://docs.kustom.co/contents/checkout/additional-resources/client-side-events.

import { session } from "./session.js";

// Inferred: how long the page is waited for is not documented.
const PAGE_PATIENCE_MS = 10_000;

export const tell = (type, said) => window.parent.postMessage({ ...said, kustomEmulator: type }, session.parentOrigin);
export const emit = (name, payload) => tell("event", { name, payload });

const waiting = new Map();
let asked = 0;

/** Hears what the page says to these names; everything else is nobody's. */
export function listenToShop(listeners) {
  window.addEventListener("message", ({ source, origin, data }) => {
    if (source !== window.parent || origin !== session.parentOrigin) return;
    const said = data?.kustomEmulator;
    if (Object.hasOwn(listeners, said)) listeners[said](data);
    waiting.get(data?.id)?.(data);
  });
}

/** The answer of the page's `validation_callback`. `isSilent` when there is no listener or no answer in time. */
export function askPage(data) {
  return ask("validate", { data }, PAGE_PATIENCE_MS);
}

/** What was pressed on the bank's page, which the shop's page shows over everything. */
export async function askBank(amount) {
  const { answer } = await ask("bank", { amount, locale: session.locale });
  return answer;
}

function ask(type, said, patience) {
  asked += 1;
  const id = asked;
  return new Promise((resolve) => {
    const timer = patience && setTimeout(() => answer({ isSilent: true }), patience);
    const answer = (told) => {
      clearTimeout(timer);
      waiting.delete(id);
      resolve(told);
    };
    waiting.set(id, answer);
    tell(type, { ...said, id });
  });
}

const alpha3 = (country, countries) => countries[country?.toUpperCase()] ?? country?.toLowerCase();

/** An address as events tell it: countries with three letters, and no names in Austria and Germany. */
export function addressForEvents(address, countries) {
  const { email, postal_code, given_name, family_name, country } = address;
  const place = { email, postal_code, country: alpha3(country ?? Object.keys(countries)[0], countries) };
  return ["aut", "deu"].includes(place.country) ? place : { ...place, given_name, family_name };
}

/** Addresses that are valid, told as such. Without one of its own, the goods go to the first. */
export function tellAddresses() {
  const { form, receiver, order } = session;
  if (!form.isComplete()) return;
  const address = addressForEvents(form.address(), order.billing_countries);
  emit("billing_address_change", address);
  if (!receiver.isWanted()) return emit("shipping_address_change", address);
  if (!receiver.isComplete()) return;
  const said = { email: form.address().email, ...receiver.address() };
  emit("shipping_address_change", addressForEvents(said, order.shipping_countries));
}

export function tellShipping() {
  if (!session.order.selected_shipping_option) return;
  const { id, name, price, tax_amount, tax_rate, description, promo } = session.order.selected_shipping_option;
  emit("shipping_option_change", { id, name, price, tax_amount, tax_rate, description, promo });
}

export function tellTotal(before) {
  const { order_amount } = session.order;
  if (order_amount !== before) emit("order_total_change", { order_total: order_amount });
}

export function tellLoaded() {
  const { order, form } = session;
  if (order?.state === "complete") return emit("load_confirmation", {});
  // Inferred: its payload is not documented, and neither is when exactly it comes.
  if (order?.state !== "open") return emit("can_not_complete_order", {});
  const basics = addressForEvents(form.address(), order.billing_countries);
  const { postal_code, country } = basics;
  emit("load", { customer: { type: order.customer_type }, shipping_address: { country, postal_code } });
  emit("customer", { type: order.customer_type });
  emit("change", basics);
  tellAddresses();
  tellShipping();
}
