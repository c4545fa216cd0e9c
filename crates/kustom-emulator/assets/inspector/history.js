// Everything that happened to an order, in one line of time: what was asked, what changed, and what the shop was told.
import { milliseconds, timeOfDay, words } from "./format.js";
import { make, show } from "./make.js";

/** Where several share a moment, a request comes before what it changed, and that before what it set off. */
const KINDS = ["request", "event", "callback"];

const BAD = /refused|failed|denied|rejected|expired|cancelled|abandoned|aborted|stopped/;

export function historyEntry(order, store) {
  return {
    key: `history ${order.order_id}`,
    signature: "",
    build: () => make("section", { "aria-label": "History" }, make("h3", null, "History"), make("ol", { class: "history" })),
    fill: (section) => show(section.querySelector("ol"), entries(order, store)),
  };
}

function entries(order, store) {
  const requests = store.requests.filter(({ order_id }) => order_id === order.order_id);
  const all = [
    ...requests.map((exchange) => entry("request", exchange.at, exchange.number, requestText(exchange))),
    ...order.history.map(({ at, change }, index) => entry("event", at, index, changeText(change))),
    ...order.callbacks.map((callback) => entry("callback", callback.sent_at, callback.number, callbackText(callback))),
  ];
  all.sort((left, right) => left.at.localeCompare(right.at) || KINDS.indexOf(left.kind) - KINDS.indexOf(right.kind));
  return all.map(({ kind, at, number, text }) => ({
    key: `${kind} ${number}`,
    signature: JSON.stringify([at, text]),
    build: () => line(kind, at, number, text),
  }));
}

const entry = (kind, at, number, text) => ({ kind, at, number, text });

function line(kind, at, number, { title, note, tone }) {
  const content = [make("span", { class: "history-title" }, title), note && make("span", { class: `history-note ${tone}` }, note)];
  const place = kind === "event" ? null : `#${kind}s/${number}`;
  return make(
    "li",
    { class: kind, "data-tone": tone },
    make("time", { datetime: at }, timeOfDay(at)),
    place ? make("a", { href: place, "data-focus": place }, content) : make("span", null, content),
  );
}

function requestText({ request, response, fault }) {
  const status = response?.status ?? "no answer";
  const note = fault ? `${status}, fault: ${words(fault)}` : String(status);
  return { title: `${request.method} ${shortened(request.path)}`, note, tone: fault || !response || response.status >= 400 ? "bad" : "good" };
}

/** The id of the order is known to whoever reads its history. */
const shortened = (path) => path.replace(/\/orders\/[^/]+/, "/orders/…");

/** Most changes are a word; some carry data. */
function changeText(change) {
  const name = typeof change === "string" ? change : Object.keys(change)[0];
  const data = typeof change === "string" ? "" : JSON.stringify(change[name]);
  const text = words(name);
  return { title: text[0].toUpperCase() + text.slice(1), note: data, tone: BAD.test(name) ? "bad" : "" };
}

function callbackText(callback) {
  const { answered, failed } = callback.answer ?? {};
  const taken = milliseconds(callback.sent_at, callback.answered_at);
  const note = answered ? `${answered.status} in ${taken}` : failed ? failed.reason : "waiting for the answer";
  const isGood = answered && answered.status < 300;
  const title = callback.repeats ? `${words(callback.kind)} to the shop, once more` : `${words(callback.kind)} to the shop`;
  return { title: title[0].toUpperCase() + title.slice(1), note, tone: isGood ? "good" : callback.answer ? "bad" : "" };
}
