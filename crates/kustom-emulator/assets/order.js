// The order on the page: reads it and shows it, in its language.

import { dress } from "./appearance.js";
import { showChoices } from "./choices.js";
import { AddressForm } from "./form.js";
import { Receiver } from "./receiver.js";
import { call, complain, element, notice, session } from "./session.js";
import { emit, tellShipping } from "./shop.js";
import { showShippingOptions, showSummary } from "./summary.js";
import { formattingLocale, languageOf, textsOf } from "./texts.js";

/** Reads the order and shows it. `false` when nothing could be read. */
export async function refresh() {
  try {
    const { isOk, status, answer } = await call("");
    if (isOk) {
      await show(answer);
      return true;
    }
    if (status === 404 || status === 401) notice(session.texts.expired);
    else complain(session.texts.network);
  } catch {
    emit("network_error", {});
    complain(session.texts.network);
  }
  return false;
}

async function show(order) {
  session.order = order;
  speak(formattingLocale(order.locale ?? session.locale));
  dress(order.colours);
  if (order.state === "aborted") return notice(session.texts.aborted);
  if (order.state === "complete") return showDone();
  element("terms").href = order.terms_url ?? "#";
  element("notice").hidden = true;
  element("columns").hidden = false;
  if (!session.form) createForms();
  session.form.offerCountries(Object.keys(order.billing_countries), session.locale);
  session.receiver.show(order, session.locale);
  if (!session.hasTyped) prefill(order);
  showChoices();
  await chooseShownOption();
  showOrder();
}

function createForms() {
  session.form = new AddressForm(element("fields"), session.texts);
  session.receiver = new Receiver(session.texts);
}

function prefill(order) {
  session.form.fill({ ...order.billing_address, ...registered(order.customer) });
  session.receiver.fill(order.billing_address, order.shipping_address);
  buyAs(order.customer_type);
}

export function showOrder() {
  showSummary(session.order, session.locale);
  showShippingOptions(session.order, session.locale);
}

/** Before the first order is there, in the language that the snippet said. */
export function speak(locale) {
  const isNew = locale !== session.locale;
  session.locale = locale;
  session.texts = textsOf(locale);
  document.documentElement.lang = languageOf(locale);
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = session.texts[node.dataset.text];
  if (isNew && session.form) respeak();
}

/** A new language replaces every word, but nothing that was typed. */
function respeak() {
  const { form, receiver, order } = session;
  const [typed, customer, elsewhere] = [form.address(), form.customer(), receiver.address()];
  const focused = document.activeElement?.id;
  createForms();
  session.form.fill({ ...typed, ...registered(customer) });
  session.form.buyAs(customer.type, order.shows_vat_id);
  session.receiver.fill({}, elsewhere);
  if (focused && document.hasFocus()) element(focused)?.focus();
}

/** What the form shows of an organisation besides its address. */
function registered(customer) {
  const { organization_registration_id, vat_id } = customer ?? {};
  return { organization_registration_id, vat_id };
}

/** Persons and organisations are a choice only where the shop sells to both. */
export function buyAs(wanted) {
  const { customer_types, shows_vat_id } = session.order;
  const type = customer_types.includes(wanted) ? wanted : customer_types[0];
  element("buyer").hidden = customer_types.length < 2;
  for (const input of document.querySelectorAll("input[name=customer_type]")) input.checked = input.value === type;
  session.form.buyAs(type, shows_vat_id);
}

function showDone() {
  const { order, texts } = session;
  const reference = order.merchant_reference1 ? ` · ${texts.order} ${order.merchant_reference1}` : "";
  const [title, text] = texts.done;
  notice([title, `${text} ${order.billing_address?.email ?? ""}${reference}`], true);
  element("details").textContent = order.shipping_details ?? "";
  element("details").hidden = !order.shipping_details;
  element("form").hidden = true;
  element("columns").classList.add("single");
  showSummary(order, session.locale);
}

export const isTaken = ({ isOk, answer }) => isOk && !answer.outcome;

/** Where the shop is asked, the shown option counts as chosen once it is known where the goods go. */
export async function chooseShownOption() {
  const { order, form } = session;
  if (order.selected_shipping_option || !order.shown_shipping_option) return;
  if (order.asks_about_shipping && !(session.isAddressKnown && form.isComplete())) return;
  const said = await call("/shipping-option", { id: order.shown_shipping_option.id });
  // A refusal is told when the shopper chooses herself, or pays: she has not done anything yet.
  if (!isTaken(said)) return;
  session.order = said.answer;
  if (session.isLoaded) tellShipping();
}
