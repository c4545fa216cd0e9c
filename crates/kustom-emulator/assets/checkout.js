// The page inside the iframe: what the shopper does and what the shop's page says come in here.

import { chooseShipping, saveAddress } from "./changes.js";
import { refresh, speak } from "./order.js";
import { pay } from "./payment.js";
import { announce, element, session } from "./session.js";
import { emit, listenToShop, tell, tellLoaded, tellTotal } from "./shop.js";
import { money } from "./summary.js";

const main = element("checkout");

// Grows with every suspend, so that an answer that comes late cannot lift a newer one.
let suspension = 0;
let focused;

// Block and unblock. `inert` keeps out the keyboard as well as the pointer.

function block() {
  focused = document.hasFocus() ? document.activeElement : undefined;
  main.inert = true;
  main.setAttribute("aria-busy", "true");
  element("overlay").hidden = false;
  announce(session.texts.updating);
}

function unblock() {
  main.inert = false;
  main.setAttribute("aria-busy", String(session.isPaying));
  element("overlay").hidden = true;
  announce("");
  // `inert` took the cursor away; who has not gone to the shop's page in between gets it back.
  // Another language writes the fields anew, under their names.
  const again = focused?.isConnected ? focused : focused?.id && element(focused.id);
  if (again && document.hasFocus()) again.focus({ preventScroll: true });
  focused = undefined;
}

function suspend() {
  suspension += 1;
  if (session.isSuspended) return;
  session.isSuspended = true;
  block();
}

/** Shows what the merchant has changed before anybody can press anything. */
async function resume() {
  if (!session.isSuspended) return;
  const resumed = suspension;
  const before = session.order?.order_amount;
  await refresh();
  if (resumed !== suspension) return;
  session.isSuspended = false;
  unblock();
  if (session.order) tellNewTotal(before);
}

function tellNewTotal(before) {
  const { order, texts, locale } = session;
  tellTotal(before);
  if (order.order_amount !== before) announce(`${texts.newTotal} ${money(order.order_amount, order.purchase_currency, locale)}`);
}

/** The shop's page has answered that this is there: nothing was suspended before. */
function begin() {
  if (!session.isSuspended) unblock();
}

function changeBuyer({ target }) {
  session.form.buyAs(target.value, session.order.shows_vat_id);
  emit("customer", { type: target.value });
  saveAddress();
}

function fillInTestPerson() {
  const { form, order } = session;
  const isOrganization = form.customer().type === "organization";
  form.fill({ ...order.test_person, ...(isOrganization && order.test_organization) });
  saveAddress();
}

function listen() {
  listenToShop({ suspend, resume, begin });
  element("form").addEventListener("submit", (event) => {
    event.preventDefault();
    pay();
  });
  element("fields").addEventListener("change", saveAddress);
  element("receiver-fields").addEventListener("change", saveAddress);
  element("receiver-wanted").addEventListener("change", () => {
    session.receiver.open();
    saveAddress();
  });
  element("shipping-options").addEventListener("change", ({ target }) => chooseShipping(target.value));
  element("buyer").addEventListener("change", changeBuyer);
  element("test-person").addEventListener("click", fillInTestPerson);
  for (const type of ["mousedown", "keydown"]) {
    document.addEventListener(type, () => {
      if (!session.isSuspended) emit("user_interacted", { type });
    });
  }
  const measure = () => tell("height", { height: Math.ceil(document.body.getBoundingClientRect().height) });
  new ResizeObserver(measure).observe(document.body);
}

listen();
speak(session.locale);
await refresh();
tell("ready");
tellLoaded();
session.isLoaded = true;
