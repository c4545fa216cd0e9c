// From the pressed button to the shop's confirmation page, or to the reason why not.

import { complaint, entered, networkFailed, sendAway, untilChanged } from "./changes.js";
import { changedAnswers, checkChoices } from "./choices.js";
import { refresh } from "./order.js";
import { call, complain, element, notice, session } from "./session.js";
import { addressForEvents, askBank, askPage, emit, tell, tellTotal } from "./shop.js";
import { money } from "./summary.js";

export async function pay() {
  // Nothing gets through a suspended form: no click, no key, and no submit that a script makes.
  if (session.isPaying || session.isSuspended) return;
  complain("");
  if (!isFilledIn()) return complain(session.texts.checkFields);
  setPaying(true);
  try {
    await untilChanged();
    // On the way to another page the form stays shut.
    if (await payChecked()) return;
  } catch {
    networkFailed();
  }
  setPaying(false);
}

/** Marks everything that is missing, and puts the cursor at the first of it. */
function isFilledIn() {
  const { form, receiver } = session;
  const wrong = [...form.check(), ...receiver.check(), ...checkChoices()];
  wrong[0]?.focus();
  return wrong.length === 0;
}

/** Whether the shopper leaves this page for another. */
async function payChecked() {
  const refusal = await refusalOfPage();
  if (refusal) return complain(refusal);
  // The shop may have begun an update while it was asked.
  if (session.isSuspended) return complain(session.texts.changed);
  const said = await call("/pay", { ...entered(), ...changedAnswers(), shown_amount: session.order.order_amount });
  if (said.answer.outcome !== "authenticating") return finish(said);
  const { order_amount, purchase_currency } = session.order;
  const answer = await askBank(money(order_amount, purchase_currency, session.locale));
  return finish(await call("/bank", { answer }));
}

/** What the shop's page has against the purchase, where the order says that it is asked. */
async function refusalOfPage() {
  const { order, form, texts } = session;
  if (!order.asks_page) return "";
  const said = await askPage(addressForEvents(form.address(), order.billing_countries));
  if (said.isSilent) return order.needs_page_answer ? texts.pageNoAnswer : "";
  return said.should_proceed ? "" : said.message || texts.pageDenied;
}

async function finish(said) {
  const { outcome, redirect_url, location } = said.answer;
  const isPaid = ["approved", "pending"].includes(outcome);
  if (outcome === "sent_away") sendAway(location);
  // A shopper whose browser closes after paying: bought, and nobody goes to the confirmation page.
  else if (isPaid && (!redirect_url || element("outcome").value === "leaves")) notice(session.texts.closed);
  else if (redirect_url) leave(redirect_url);
  else await explain(said);
  return isPaid || outcome === "sent_away";
}

function leave(url) {
  notice([session.texts.redirecting, ""], true);
  element("form").hidden = true;
  emit("redirect_initiated", true);
  tell("redirect", { url });
}

async function explain({ answer, error }) {
  if (answer.outcome === "rejected") {
    complain(session.texts.rejected);
    // Inferred: not documented when it comes. There is no other way to pay that would be offered now.
    return emit("can_not_complete_order", {});
  }
  if (error.code === "INCOMPLETE_ADDRESS") return markRefused(error.fields);
  // While it was asked, the shop may have changed the order: what is out of stock is out of the cart.
  const before = session.order.order_amount;
  await refresh();
  tellTotal(before);
  const text = complaint(answer.outcome ?? error.code, answer.error_text);
  if (text) complain(text);
}

function markRefused(fields = []) {
  const wrong = [...session.form.check(fields), ...session.receiver.check(fields)];
  wrong[0]?.focus();
  complain(session.texts.checkFields);
}

function setPaying(value) {
  session.isPaying = value;
  // Not `disabled`, which would throw the keyboard out of the form; a second press is refused above.
  element("buy").setAttribute("aria-disabled", String(value));
  element("checkout").setAttribute("aria-busy", String(value));
}
