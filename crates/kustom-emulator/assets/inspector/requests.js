// What the emulator was asked and what it answered.
import { copy, read } from "./call.js";
import { asSent, bearer, credentials, working } from "./curl.js";
import { body, dateAndTime, shortId, timeOfDay, words } from "./format.js";
import { makeList, rowLines, rowLink } from "./list.js";
import { badge, button, facts, fold, make } from "./make.js";

const statusOf = ({ response }) => response?.status ?? 0;

const list = makeList({
  label: "requests",
  placeholder: "Path, method, status, order id",
  filters: {
    refused: (exchange) => statusOf(exchange) >= 400,
    "met by a fault": ({ fault }) => Boolean(fault),
    "checkout API": ({ request }) => request.path.startsWith("/checkout/"),
    "order management": ({ request }) => request.path.startsWith("/ordermanagement/"),
    "from the iframe": ({ request }) => request.path.startsWith("/browser/"),
  },
  text: ({ request, response, order_id, fault }) =>
    `${request.method} ${request.path} ${response?.status ?? ""} ${order_id ?? ""} ${fault ?? ""}`,
  row,
  empty: "Nothing was asked yet.",
});

export function requestList(context) {
  return list([...context.store.requests].reverse(), context);
}

function row(exchange, chosen) {
  const { number, at, request, fault } = exchange;
  return {
    key: number,
    signature: `${String(number) === chosen} ${at}`,
    build: () =>
      rowLink(
        "requests",
        number,
        chosen,
        rowLines(
          [make("span", { class: "row-title mono" }, make("b", null, request.method), ` ${request.path}`), status(exchange)],
          [`${timeOfDay(at)}${fault ? ` · fault: ${words(fault)}` : ""}`, make("span", { class: "row-note" }, `#${number}`)],
        ),
      ),
  };
}

function status({ response, fault }) {
  if (!response) return badge("no answer", "bad");
  const kind = response.status >= 400 ? "bad" : "good";
  return badge(String(response.status), fault ? "bad" : kind);
}

export function requestDetail({ store, chosen }) {
  const exchange = store.requests.find(({ number }) => String(number) === chosen);
  if (!exchange) {
    const hint = chosen ? "This request is no longer kept." : "Choose a request to see what was sent and answered.";
    return [{ key: "hint", signature: hint, build: () => make("p", { class: "hint" }, chosen && backLink(), hint) }];
  }
  return [{ key: `request ${chosen}`, signature: exchange.at, build: () => detail(exchange, store) }];
}

const backLink = () => make("a", { class: "back", href: "#requests" }, "← Requests");

function detail(exchange, store) {
  const { number, at, request, response, fault, order_id } = exchange;
  return make(
    "article",
    null,
    make(
      "header",
      { class: "head" },
      backLink(),
      make("h2", { tabindex: -1, class: "mono" }, `${request.method} ${request.path}`),
      make("p", { class: "head-states" }, status(exchange), fault && badge(`fault: ${words(fault)}`, "bad")),
    ),
    make(
      "div",
      { class: "buttons", role: "group", "aria-label": "Copy" },
      button("Copy as curl", () => copyWorking(exchange, store), { class: "primary" }),
      button("Copy curl as sent", () => copySent(exchange)),
    ),
    facts({ At: dateAndTime(at), Number: `#${number}`, Order: order_id && store.orders.has(order_id) && orderLink(order_id) }),
    response?.reasons?.length > 0 && reasons(response.reasons),
    make("h3", null, "Request"),
    headers("Request headers", request.headers),
    body(request.body),
    make("h3", null, response ? `Answer ${response.status}` : "No answer"),
    response && headers("Answer headers", response.headers),
    response && body(response.body),
  );
}

export const orderLink = (id) => make("a", { href: `#orders/${id}`, "data-focus": `order ${id}` }, make("code", null, shortId(id)));

/** Kustom only names what it refuses; the emulator knows why. */
function reasons(texts) {
  return make("div", { class: "reasons" }, make("h3", null, "Why it was refused"), make("ul", null, texts.map((text) => make("li", null, text))));
}

export function headers(title, values) {
  const count = Object.keys(values).length;
  return fold(`${title} (${count})`, false, facts(values));
}

async function copyWorking(exchange, store) {
  const { request } = exchange;
  const origin = baseAddress();
  const authorization = request.path.startsWith("/browser/")
    ? bearer(await tokenOf(exchange.order_id))
    : credentials(store.acceptsAny);
  copyCommand(working(request, { origin, authorization }));
}

function copySent({ request }) {
  copyCommand(asSent(request, { origin: baseAddress() }));
}

const baseAddress = () => new URL(".", window.location.href).href.replace(/\/$/, "");

function copyCommand(command) {
  const tooLong = "# The body was too long for the log to keep.";
  return copy(command ?? tooLong, "The command is");
}

/** What the iframe shows instead of credentials. The log does not keep it, and the order has it. */
async function tokenOf(orderId) {
  const { browser_token } = await read(`orders/${encodeURIComponent(orderId)}`);
  return browser_token ?? "";
}
