// The page inside the iframe: reads the order, takes the address, buys.
//
// It answers to nobody but the page that embeds it, and tells that page what happens by the documented events.

import { AddressForm } from "./form.js";
import { showShippingOptions, showSummary } from "./summary.js";
import { formattingLocale, languageOf, textsOf } from "./texts.js";

const facts = new URLSearchParams(location.hash.slice(1));
const parentOrigin = facts.get("parent");
const element = (id) => document.getElementById(id);
const main = element("checkout");

let locale = formattingLocale(facts.get("locale"));
let texts = textsOf(locale);
let order;
let form;
let hasTyped = false;
// Whether the shop knows the address that is shown: what was prefilled, or what it agreed to.
let isAddressKnown = true;
// Changes are made one after the other: the shop may be asked about each, and is asked about one at a time.
let changes = Promise.resolve();
let isPaying = false;
let isLoaded = false;
// Grows with every suspend, so that an answer that comes late cannot lift a newer one.
let suspension = 0;
let isSuspended = false;

const tell = (type, said) => window.parent.postMessage({ ...said, kustomEmulator: type }, parentOrigin);
const emit = (name, payload) => tell("event", { name, payload });

async function call(path, body) {
  const response = await fetch(`orders/${facts.get("order")}${path}`, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${facts.get("token")}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  return { isOk: response.ok, status: response.status, answer, error: answer.error ?? {} };
}

/** Reads the order and shows it. `false` when nothing could be read. */
async function read() {
  try {
    const { isOk, status, answer } = await call("");
    if (isOk) {
      await show(answer);
      return true;
    }
    if (status === 404 || status === 401) notice(texts.expired);
    else complain(texts.network);
  } catch {
    emit("network_error", {});
    complain(texts.network);
  }
  return false;
}

async function show(next) {
  order = next;
  speak(formattingLocale(order.locale ?? locale));
  if (order.state === "aborted") return notice(texts.aborted);
  if (order.state === "complete") return showDone();
  element("terms").href = order.terms_url ?? "#";
  element("notice").hidden = true;
  element("columns").hidden = false;
  if (!form) form = new AddressForm(element("fields"), texts);
  form.offerCountries(Object.keys(order.billing_countries), locale);
  if (!hasTyped) {
    form.fill({ ...order.billing_address, ...registered(order.customer) });
    buyAs(order.customer_type);
  }
  await chooseShownOption();
  showOrder();
}

function showOrder() {
  showSummary(order, locale);
  showShippingOptions(order, locale, chooseShipping);
}

/** A new language replaces every word, but nothing that was typed. */
function speak(nextLocale) {
  const typed = form?.address();
  const customer = form?.customer();
  const isNew = nextLocale !== locale;
  locale = nextLocale;
  texts = textsOf(locale);
  document.documentElement.lang = languageOf(locale);
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = texts[node.dataset.text];
  if (!isNew || !form) return;
  form = new AddressForm(element("fields"), texts);
  form.fill({ ...typed, ...registered(customer) });
  form.buyAs(customer.type, order?.shows_vat_id);
}

/** What the form shows of an organisation besides its address. */
function registered(customer) {
  const { organization_registration_id, vat_id } = customer ?? {};
  return { organization_registration_id, vat_id };
}

/** Persons and organisations are a choice only where the shop sells to both. */
function buyAs(wanted) {
  const types = order.customer_types;
  const type = types.includes(wanted) ? wanted : types[0];
  element("buyer").hidden = types.length < 2;
  for (const input of document.querySelectorAll("input[name=customer_type]")) input.checked = input.value === type;
  form.buyAs(type, order.shows_vat_id);
}

function notice([title, text], isDone = false) {
  element("notice-title").textContent = title;
  element("notice-text").textContent = text;
  element("notice").classList.toggle("done", isDone);
  element("notice").hidden = false;
  element("columns").hidden = !isDone;
}

function showDone() {
  const reference = order.merchant_reference1 ? ` · ${texts.order} ${order.merchant_reference1}` : "";
  const [title, text] = texts.done;
  notice([title, `${text} ${order.billing_address?.email ?? ""}${reference}`], true);
  element("form").hidden = true;
  element("columns").classList.add("single");
  showSummary(order, locale);
}

function complain(text) {
  element("alert").textContent = text;
  element("alert").hidden = !text;
}

// Block and unblock. `inert` keeps out the keyboard as well as the pointer.

function block() {
  main.inert = true;
  main.setAttribute("aria-busy", "true");
  element("overlay").hidden = false;
}

function unblock() {
  main.inert = false;
  main.setAttribute("aria-busy", "false");
  element("overlay").hidden = true;
}

function suspend() {
  suspension += 1;
  isSuspended = true;
  block();
}

/** Shows what the merchant has changed before anybody can press anything. */
async function resume() {
  if (!isSuspended) return;
  const resumed = suspension;
  const before = order?.order_amount;
  await read();
  if (resumed !== suspension) return;
  isSuspended = false;
  unblock();
  if (order) tellTotal(before);
}

function tellTotal(before) {
  if (order.order_amount !== before) emit("order_total_change", { order_total: order.order_amount });
}

// What the shopper does.

const alpha3 = (country) => order.billing_countries[country?.toUpperCase()] ?? country?.toLowerCase();

function addressForEvents() {
  const { email, postal_code, given_name, family_name, country } = form.address();
  const place = { email, postal_code, country: alpha3(country ?? Object.keys(order.billing_countries)[0]) };
  // Austria's and Germany's events are documented without names.
  return ["aut", "deu"].includes(place.country) ? place : { ...place, given_name, family_name };
}

function tellAddress() {
  if (!form.isComplete()) return;
  const address = addressForEvents();
  emit("billing_address_change", address);
  emit("shipping_address_change", address);
}

function inTurn(change) {
  changes = changes.then(change).catch(() => {
    emit("network_error", {});
    complain(texts.network);
  });
  return changes;
}

function saveAddress() {
  hasTyped = true;
  isAddressKnown = false;
  emit("change", addressForEvents());
  return inTurn(sendAddress);
}

/** What is typed by then: of several edits that wait for their turn, each sends all. */
async function sendAddress() {
  const before = order.order_amount;
  const address = form.address();
  const said = await call("/customer", { address, customer: form.customer() });
  // An outcome is what the shop has brought about; without one, the order is not as this page believes.
  if (said.answer.outcome) emit("shipping_address_update_error", {});
  if (!isTaken(said)) return explainChange(said, texts.addressRefused);
  complain("");
  order = said.answer;
  isAddressKnown = JSON.stringify(address) === JSON.stringify(form.address());
  tellAddress();
  await chooseShownOption();
  showOrder();
  tellTotal(before);
}

const isTaken = ({ isOk, answer }) => isOk && !answer.outcome;

/** Nothing was taken over. What was typed stays for the shopper to correct. */
async function explainChange({ answer, error }, denied) {
  if (answer.outcome === "sent_away") return sendAway(answer.location);
  const before = order.order_amount;
  // Another country may have been agreed to before its address was refused.
  await read();
  tellTotal(before);
  const text = complaint(answer.outcome ?? error.code, answer.error_text || denied);
  if (text) complain(text);
}

/** Where the shop is asked, the shown option counts as chosen once it is known where the goods go. */
async function chooseShownOption() {
  if (order.selected_shipping_option || !order.shown_shipping_option) return;
  if (order.asks_about_shipping && !(isAddressKnown && form.isComplete())) return;
  const said = await call("/shipping-option", { id: order.shown_shipping_option.id });
  // A refusal is told when the shopper chooses herself, or pays: she has not done anything yet.
  if (!isTaken(said)) return;
  order = said.answer;
  if (isLoaded) tellShipping();
}

const chooseShipping = (id) => inTurn(() => sendShipping(id));

async function sendShipping(id) {
  const before = order.order_amount;
  const said = await call("/shipping-option", { id });
  if (!isTaken(said)) return explainChange(said, texts.shippingRefused);
  complain("");
  order = said.answer;
  showOrder();
  tellShipping();
  tellTotal(before);
}

function tellShipping() {
  if (!order.selected_shipping_option) return;
  const { id, name, price, tax_amount, tax_rate, description, promo } = order.selected_shipping_option;
  emit("shipping_option_change", { id, name, price, tax_amount, tax_rate, description, promo });
}

async function pay() {
  complain("");
  if (isPaying || !form.check()) return;
  setPaying(true);
  try {
    await changes;
    const said = await call("/pay", {
      address: form.address(),
      customer: form.customer(),
      shown_amount: order.order_amount,
    });
    const { outcome, redirect_url, location, window: state } = said.answer;
    if (state === "closed") return closeWindow();
    if (redirect_url) return leave(redirect_url);
    if (outcome === "sent_away") return sendAway(location);
    await explain(said);
  } catch {
    emit("network_error", {});
    complain(texts.network);
  }
  setPaying(false);
}

function setPaying(value) {
  isPaying = value;
  element("buy").disabled = value;
  main.setAttribute("aria-busy", String(value));
}

async function explain({ answer, error }) {
  if (answer.outcome === "rejected") return complain(texts.rejected);
  if (error.code === "INCOMPLETE_ADDRESS") return form.check(error.fields);
  // While it was asked, the shop may have changed the order: what is out of stock is out of the cart.
  const before = order.order_amount;
  await read();
  tellTotal(before);
  const text = complaint(answer.outcome ?? error.code, answer.error_text);
  if (text) complain(text);
}

/** What the shop says itself comes first; not every denial has a text. */
function complaint(reason, shopText) {
  const known = {
    denied: shopText || texts.denied,
    validation_failed: texts.validationFailed,
    change_failed: texts.noAnswer,
    CHANGE_UNDER_WAY: texts.asking,
    UNKNOWN_SHIPPING_OPTION: texts.shippingRefused,
    SHIPPING_NOT_AGREED: texts.changed,
    ORDER_CHANGED: texts.changed,
    PAYMENT_UNDER_WAY: texts.underWay,
  };
  return known[reason];
}

/** What a shopper does who has paid and looks no further. The shop's page hears nothing of it. */
function closeWindow() {
  notice(texts.windowClosed, true);
  element("form").hidden = true;
}

function leave(url) {
  notice(["✓", texts.redirecting], true);
  element("form").hidden = true;
  emit("redirect_initiated", true);
  tell("redirect", { url });
}

/** To a page of the shop that says why nothing was bought. `redirect_initiated` is documented for purchases only. */
function sendAway(url) {
  notice(["→", texts.redirecting]);
  tell("redirect", { url });
}

function listen() {
  window.addEventListener("message", (message) => {
    if (message.source !== window.parent || message.origin !== parentOrigin) return;
    if (message.data?.kustomEmulator === "suspend") suspend();
    if (message.data?.kustomEmulator === "resume") resume();
  });
  element("form").addEventListener("submit", (event) => {
    event.preventDefault();
    pay();
  });
  element("fields").addEventListener("change", saveAddress);
  element("buyer").addEventListener("change", (event) => {
    form.buyAs(event.target.value, order.shows_vat_id);
    emit("customer", { type: event.target.value });
    saveAddress();
  });
  element("test-person").addEventListener("click", () => {
    const isOrganization = form.customer().type === "organization";
    form.fill({ ...order.test_person, ...(isOrganization && order.test_organization) });
    saveAddress();
  });
  for (const type of ["mousedown", "keydown"]) {
    document.addEventListener(type, () => emit("user_interacted", { type }));
  }
  const measure = () => tell("height", { height: Math.ceil(document.body.getBoundingClientRect().height) });
  new ResizeObserver(measure).observe(document.body);
}

function tellLoaded() {
  if (order?.state === "complete") return emit("load_confirmation", {});
  if (order?.state !== "open") return;
  const { postal_code, country } = addressForEvents();
  emit("load", { customer: { type: order.customer_type }, shipping_address: { country, postal_code } });
  emit("customer", { type: order.customer_type });
  emit("change", addressForEvents());
  tellAddress();
  tellShipping();
}

listen();
speak(locale);
await read();
if (!isSuspended) unblock();
tell("ready");
tellLoaded();
isLoaded = true;
