// The orders, and one of them with its whole history.
import { copy, perform, read } from "./call.js";
import { firstSteps } from "./first.js";
import { body, dateAndTime, money, shortId, timeOfDay, words } from "./format.js";
import { makeList, rowLines, rowLink } from "./list.js";
import { badge, button, facts, fold, make } from "./make.js";
import { historyEntry } from "./history.js";

const list = makeList({
  label: "orders",
  placeholder: "Id, reference or state",
  filters: {
    open: ({ state }) => state === "open",
    complete: ({ state }) => state === "complete",
    "not acknowledged": ({ state, acknowledged_at }) => state === "complete" && !acknowledged_at,
    expired: ({ state }) => state === "expired",
    aborted: ({ state }) => state === "aborted",
  },
  text: ({ order_id, merchant_reference1, state, management_status, fraud_status }) =>
    [order_id, merchant_reference1, state, management_status, fraud_status].filter(Boolean).join(" "),
  row,
  empty: "No orders yet.",
});

export function orderList(context) {
  return list([...context.store.orders.values()].reverse(), context);
}

function row(order, chosen) {
  return {
    key: order.order_id,
    signature: JSON.stringify([order, order.order_id === chosen]),
    build: () =>
      rowLink(
        "orders",
        order.order_id,
        chosen,
        rowLines(
          [
            make("span", { class: "row-title" }, order.merchant_reference1 || shortId(order.order_id)),
            make("span", { class: "amount" }, money(order.order_amount, order.purchase_currency)),
          ],
          [`${shortId(order.order_id)} · ${timeOfDay(order.started_at)}`, states(order)],
        ),
      ),
  };
}

function states(order) {
  const status = order.management_status?.toLowerCase();
  const isPending = order.fraud_status === "PENDING";
  const isWaiting = order.state === "complete" && !order.acknowledged_at;
  return [
    isPending && badge("pending", "warn"),
    isWaiting && badge("no ack", "warn"),
    badge(status ? words(status) : order.state, order.state),
  ];
}

/** The details that were read last, and what the store knew then. */
const known = { id: null, version: null, details: null, isReading: false };

export function orderDetail(context) {
  const { store, chosen } = context;
  if (store.orders.size === 0) return [firstSteps(store)];
  if (!chosen) {
    const hint = "Choose an order to see everything that happened to it.";
    return [{ key: "hint", signature: "", build: () => make("p", { class: "hint" }, hint) }];
  }
  keepUpToDate(context);
  if (known.id !== chosen || !known.details) return [];
  if (known.details.error) {
    const gone = "There is no such order, or it was forgotten.";
    return [{ key: "gone", signature: "", build: () => make("p", { class: "hint" }, backLink(), gone) }];
  }
  return sections(known.details, store);
}

/** One read at a time; what changes meanwhile is read after it. */
function keepUpToDate({ store, chosen, redraw }) {
  const version = `${store.loads} ${store.touched.get(chosen) ?? 0}`;
  if (known.isReading || (known.id === chosen && known.version === version)) return;
  known.isReading = true;
  read(`orders/${encodeURIComponent(chosen)}`)
    .then((details) => Object.assign(known, { id: chosen, version, details }))
    .catch(() => {})
    .finally(() => {
      known.isReading = false;
      redraw();
    });
}

const backLink = () => make("a", { class: "back", href: "#orders" }, "← Orders");

function sections(order, store) {
  const id = order.order_id;
  const { checkout, management } = order;
  const summary = { ...order, checkout: null, management: null, history: null, callbacks: null };
  const section = (name, value, build) => ({ key: `${name} ${id}`, signature: JSON.stringify(value), build });
  return [
    section("head", summary, () => head(order)),
    section("actions", [summary, management?.remaining_authorized_amount], () => actions(order)),
    section("facts", summary, () => orderFacts(order)),
    historyEntry(order, store),
    section("lines", [checkout.order_lines, checkout.purchase_currency], () => lines(checkout)),
    section("checkout", checkout, () => fold("Checkout order as JSON", false, body(checkout))),
    management && section("management", management, () => fold("Managed order as JSON", false, body(management))),
  ].filter(Boolean);
}

function head(order) {
  const copyId = () => copy(order.order_id, "Order id");
  return make(
    "header",
    { class: "head" },
    backLink(),
    make("h2", { tabindex: -1 }, order.merchant_reference1 || `Order ${shortId(order.order_id)}`),
    make("p", { class: "head-states" }, states(order), order.is_being_paid && badge("being paid", "warn")),
    make("p", { class: "head-amount" }, money(order.order_amount, order.purchase_currency)),
    make("p", { class: "head-id" }, make("code", null, order.order_id), button("Copy id", copyId, { class: "quiet" })),
  );
}

function orderFacts(order) {
  return facts({
    Country: order.purchase_country,
    Created: dateAndTime(order.started_at),
    Bought: order.completed_at && dateAndTime(order.completed_at),
    Acknowledged: order.acknowledged_at && dateAndTime(order.acknowledged_at),
    "Next push": order.next_push_at && dateAndTime(order.next_push_at),
    "Pushes sent": order.pushes || null,
    "Fraud status": order.fraud_status,
  });
}

function actions(order) {
  const act = (verb, sent, tell) => (event) => perform(event, "POST", `orders/${order.order_id}/${verb}`, sent, tell);
  const decide = (decision) => act("decide", { decision }, ({ fraud_status }) => `The purchase is ${fraud_status} now.`);
  const isOpen = order.state === "open";
  const isBought = order.state === "complete";
  const isPending = order.fraud_status === "PENDING";
  const isLeft = isBought && order.management?.remaining_authorized_amount > 0;
  const made = [
    isOpen && button("Pay", act("pay", {}, tellPaid), { class: "primary" }),
    isOpen && button("Pay, pending", act("pay", { outcome: "pending" }, tellPaid)),
    isOpen && button("Pay, rejected", act("pay", { outcome: "rejected" }, tellPaid)),
    isPending && button("Accept", decide("accepted"), { class: "primary" }),
    isPending && button("Decline", decide("rejected")),
    isBought && button("Push", act("push", {}, ({ status }) => `The push was answered with ${status}.`)),
    isLeft && button("Capture", act("capture", undefined, tellCaptured)),
    ["open", "aborted"].includes(order.state) && button("Expire", act("expire", undefined, () => "The order has expired.")),
  ].filter(Boolean);
  return make("div", { class: "buttons", role: "group", "aria-label": "What to do with the order" }, made);
}

function tellPaid({ outcome, redirect_url }) {
  if (outcome === "rejected") return "The payment was rejected, as asked. The order is still open.";
  const bought = outcome === "pending" ? "Bought, and pending." : "Bought.";
  return `${bought} The shopper goes to ${redirect_url}`;
}

function tellCaptured({ management, purchase_currency }) {
  return `Captured: ${money(management.captured_amount, purchase_currency)}.`;
}

function lines({ order_lines, purchase_currency }) {
  const cell = (name, ...content) => make("td", { class: name }, ...content);
  const line = ({ name, reference, type, quantity, unit_price, total_amount }) =>
    make(
      "tr",
      null,
      cell("", name ?? "", make("small", null, [type && words(type), reference].filter(Boolean).join(" · "))),
      cell("amount", String(quantity ?? "")),
      cell("amount", money(unit_price ?? 0, purchase_currency)),
      cell("amount", money(total_amount ?? 0, purchase_currency)),
    );
  const titles = ["Line", "Quantity", "Unit price", "Total"];
  return make(
    "div",
    null,
    make("h3", null, "Lines"),
    make(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Order lines" },
      make(
        "table",
        null,
        make("thead", null, make("tr", null, titles.map((title, index) => make("th", { scope: "col", class: index > 0 && "amount" }, title)))),
        make("tbody", null, (order_lines ?? []).map(line)),
      ),
    ),
  );
}
