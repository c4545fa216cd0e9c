// What happens when the shop is asked about an address or a way to ship, and what the shop's page hears of it.
import assert from "node:assert/strict";
import { OPEN, events, load, redirects, settled, textsOf } from "./page.mjs";

const texts = textsOf("sv-SE");
const post = { id: "post", name: "Post", price: 4900, tax_amount: 980, tax_rate: 2500 };
const home = { ...post, id: "home", name: "Hem", price: 9900, tax_amount: 1980 };
const OFFERED = { ...OPEN, shipping_options: [post, home], shown_shipping_option: post, asks_about_shipping: true };
const CHOSEN = { ...OFFERED, selected_shipping_option: post, order_amount: 14900 };
const ok = (body) => ({ status: 200, body });
const refused = (code) => ({ status: 409, body: { error: { code } } });
const denied = (error_text) => ok({ outcome: "denied", error_text });
const failed = ok({ outcome: "change_failed" });
const sentAway = ok({ outcome: "sent_away", location: "https://shop/sorry" });

const shown = ({ element, said }) => ({
  complaint: element("alert").hidden ? "" : element("alert").textContent,
  events: events(said),
  redirects: redirects(said),
});

const optionOf = (page, index) => page.element("shipping-options").children[index].children[0];

/** The choice bubbles up to the group, which is what listens. */
const choose = (page, index) => page.element("shipping-options").listeners.change({ target: optionOf(page, index) });

/** The shopper types an address. */
async function typed(answer, order = CHOSEN) {
  const page = await load((path) => (path === "/customer" ? answer : ok(order)));
  page.element("fields").listeners.change();
  await settled();
  return shown(page);
}

const ADDRESS_CHANGED = ["change", "billing_address_change", "shipping_address_change"];

assert.deepEqual(await typed(ok(CHOSEN)), { complaint: "", events: ADDRESS_CHANGED, redirects: [] });
assert.deepEqual(await typed(ok({ ...CHOSEN, order_amount: 15500 })), {
  complaint: "",
  events: [...ADDRESS_CHANGED, "order_total_change"],
  redirects: [],
});
for (const [answer, complaint] of [
  [denied("Ingen sådan gata"), "Ingen sådan gata"],
  [denied(""), texts.addressRefused],
  [failed, texts.noAnswer],
]) {
  const events = ["change", "shipping_address_update_error"];
  assert.deepEqual(await typed(answer), { complaint, events, redirects: [] });
}
assert.deepEqual((await typed(sentAway)).redirects, [
  "https://shop/sorry",
]);
// Not the shop's doing.
assert.deepEqual(await typed(refused("PAYMENT_UNDER_WAY")), {
  complaint: texts.underWay,
  events: ["change"],
  redirects: [],
});

/** The shopper chooses another way to ship than the one that is chosen. */
async function chosen(answer) {
  const page = await load((path) => (path === "/shipping-option" ? answer : ok(CHOSEN)));
  choose(page, 1);
  await settled();
  return { ...shown(page), checked: [0, 1].filter((index) => optionOf(page, index).checked) };
}

assert.deepEqual(await chosen(ok({ ...CHOSEN, selected_shipping_option: home, order_amount: 19900 })), {
  complaint: "",
  events: ["shipping_option_change", "order_total_change"],
  redirects: [],
  checked: [1],
});
for (const [answer, complaint] of [
  [denied("Slut"), "Slut"],
  [denied(""), texts.shippingRefused],
  [failed, texts.noAnswer],
  [refused("UNKNOWN_SHIPPING_OPTION"), texts.shippingRefused],
]) {
  assert.deepEqual(await chosen(answer), { complaint, events: [], redirects: [], checked: [0] });
}
assert.deepEqual((await chosen(sentAway)).redirects, [
  "https://shop/sorry",
]);

// The option that is shown counts as chosen with a complete address, and at once where the shop is not asked.
const calls = async (order) => (await load((path) => ok(path ? CHOSEN : order))).atLoad.called;
assert.deepEqual(await calls(OFFERED), ["", "/shipping-option"]);
assert.deepEqual(await calls({ ...OFFERED, asks_about_shipping: false }), ["", "/shipping-option"]);
assert.deepEqual(await calls(CHOSEN), [""]);

// Changes wait for each other, and the button for all of them.
const waiting = [];
const page = await load((path) => (path ? new Promise((resolve) => waiting.push(() => resolve(ok(CHOSEN)))) : ok(CHOSEN)));
page.element("fields").listeners.change();
choose(page, 1);
page.element("form").listeners.submit({ preventDefault() {} });
for (const expected of [["/customer"], ["/customer", "/shipping-option"], ["/customer", "/shipping-option", "/pay"]]) {
  await settled();
  assert.deepEqual(page.called, expected);
  waiting.pop()();
}
