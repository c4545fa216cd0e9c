// What the shopper changes before paying: address, kind of buyer, way to ship.
//
// Changes are made one after the other: the shop may be asked about each, and is asked about one at a time.

import { chooseShownOption, isTaken, refresh, showOrder } from "./order.js";
import { call, complain, notice, session } from "./session.js";
import { addressForEvents, emit, tell, tellAddresses, tellShipping, tellTotal } from "./shop.js";

let changes = Promise.resolve();

export const untilChanged = () => changes;

function inTurn(change) {
  changes = changes.then(change).catch(networkFailed);
  return changes;
}

export function networkFailed() {
  emit("network_error", {});
  complain(session.texts.network);
}

/** Everything that was entered about the buyer and the receiver. */
export function entered() {
  const { form, receiver } = session;
  const said = { address: form.address(), customer: form.customer() };
  return receiver.isWanted() ? { ...said, shipping_address: receiver.address() } : said;
}

export function saveAddress() {
  session.hasTyped = true;
  session.isAddressKnown = false;
  emit("change", addressForEvents(session.form.address(), session.order.billing_countries));
  return inTurn(sendAddress);
}

/** What is typed by then: of several edits that wait for their turn, each sends all. */
async function sendAddress() {
  // A receiver who is only half entered is nobody's business yet.
  if (session.receiver.isWanted() && !session.receiver.isComplete()) return;
  const before = session.order.order_amount;
  const said = entered();
  const told = await call("/customer", said);
  // An outcome is what the shop has brought about; without one, the order is not as this page believes.
  if (told.answer.outcome) emit("shipping_address_update_error", {});
  if (!isTaken(told)) return explainChange(told, session.texts.addressRefused);
  complain("");
  session.order = told.answer;
  session.isAddressKnown = JSON.stringify(said) === JSON.stringify(entered());
  tellAddresses();
  await chooseShownOption();
  showOrder();
  tellTotal(before);
}

/** Nothing was taken over. What was typed stays for the shopper to correct. */
async function explainChange({ answer, error }, denied) {
  if (answer.outcome === "sent_away") return sendAway(answer.location);
  const before = session.order.order_amount;
  // Another country may have been agreed to before its address was refused.
  await refresh();
  tellTotal(before);
  const text = complaint(answer.outcome ?? error.code, answer.error_text || denied);
  if (text) complain(text);
}

export const chooseShipping = (id) => inTurn(() => sendShipping(id));

async function sendShipping(id) {
  const before = session.order.order_amount;
  const said = await call("/shipping-option", { id });
  if (!isTaken(said)) return explainChange(said, session.texts.shippingRefused);
  complain("");
  session.order = said.answer;
  showOrder();
  tellShipping();
  tellTotal(before);
}

/** To a page of the shop that says why nothing was bought. `redirect_initiated` is documented for purchases only. */
export function sendAway(url) {
  notice(["→", session.texts.redirecting]);
  tell("redirect", { url });
}

/** What the shop says itself comes first; not every denial has a text. */
export function complaint(reason, shopText) {
  const { texts } = session;
  const known = {
    denied: shopText || texts.denied,
    validation_failed: texts.validationFailed,
    change_failed: texts.noAnswer,
    abandoned: texts.bankLeft,
    CHANGE_UNDER_WAY: texts.asking,
    NO_PAYMENT_UNDER_WAY: texts.bankLeft,
    UNKNOWN_SHIPPING_OPTION: texts.shippingRefused,
    SHIPPING_NOT_AGREED: texts.changed,
    ORDER_CHANGED: texts.changed,
    PAYMENT_UNDER_WAY: texts.underWay,
  };
  return known[reason];
}
