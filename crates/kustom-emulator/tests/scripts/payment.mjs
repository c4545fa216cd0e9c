// What the shopper reads and where the page goes after each answer to the pressed button.
import assert from "node:assert/strict";
import { OPEN, events, load, redirects, settled, textsOf } from "./page.mjs";

const texts = textsOf("sv-SE");

/** Loads the page, presses the button and tells what came of it. */
async function press(status, answer, orderAfterwards = OPEN) {
  let isPressed = false;
  const { element, said } = await load((path) => {
    if (path === "/pay") isPressed = true;
    if (path === "/pay") return { status, body: answer };
    return { status: 200, body: isPressed ? orderAfterwards : OPEN };
  });
  element("form").listeners.submit({ preventDefault() {} });
  await settled();
  return {
    complaint: element("alert").hidden ? "" : element("alert").textContent,
    notice: element("notice").hidden ? "" : element("notice-text").textContent,
    isUsable: !element("columns").hidden && !element("form").hidden,
    redirects: redirects(said),
    events: events(said),
  };
}

const stays = (complaint) => ({ complaint, notice: "", isUsable: true, redirects: [], events: [] });
const denied = (error_text) => ({ outcome: "denied", error_text });
const refused = (code) => ({ error: { code } });

assert.deepEqual(await press(200, denied("Slut i lager")), stays("Slut i lager"));
assert.deepEqual(await press(200, denied("")), stays(texts.denied));
assert.deepEqual(await press(200, { outcome: "validation_failed" }), stays(texts.validationFailed));
assert.deepEqual(await press(200, { outcome: "rejected" }), { ...stays(texts.rejected), events: ["can_not_complete_order"] });
assert.deepEqual(await press(200, { outcome: "abandoned" }), stays(texts.bankLeft));
assert.deepEqual(await press(409, refused("PAYMENT_UNDER_WAY")), stays(texts.underWay));
assert.deepEqual(await press(409, refused("ORDER_CHANGED")), stays(texts.changed));
assert.deepEqual(await press(200, { outcome: "change_failed" }), stays(texts.noAnswer));
assert.deepEqual(await press(409, refused("CHANGE_UNDER_WAY")), stays(texts.asking));

// A question at the press of the button may have brought another total.
assert.deepEqual(await press(409, refused("ORDER_CHANGED"), { ...OPEN, order_amount: 14900 }), {
  ...stays(texts.changed),
  events: ["order_total_change"],
});

assert.deepEqual(await press(200, { outcome: "sent_away", location: "https://shop/sorry" }), {
  complaint: "",
  notice: texts.redirecting,
  isUsable: false,
  redirects: ["https://shop/sorry"],
  events: [],
});
assert.deepEqual(await press(200, { outcome: "approved", redirect_url: "https://shop/done" }), {
  complaint: "",
  notice: "",
  isUsable: false,
  redirects: ["https://shop/done"],
  events: ["redirect_initiated"],
});

// Bought, but the answer names no page: whoever closes the browser after paying goes nowhere.
assert.deepEqual(await press(200, { outcome: "approved", window: "closed" }), {
  complaint: "",
  notice: texts.closed[1],
  isUsable: false,
  redirects: [],
  events: [],
});

const aborted = await press(409, refused("ORDER_ABORTED"), { ...OPEN, state: "aborted" });
assert.deepEqual([aborted.complaint, aborted.notice], ["", texts.aborted[1]]);

// Every language has every text.
for (const language of ["sv", "nb", "da", "fi", "de"]) {
  assert.deepEqual(Object.keys(textsOf(language)), Object.keys(textsOf("en")), language);
}
