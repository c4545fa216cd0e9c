// The inspector: every order, and what can be done with it from outside.

const REFRESH_MS = 2000;
const element = (id) => document.getElementById(id);

async function call(path, body) {
  const response = await fetch(`_emulator/${path}`, {
    method: body ? "POST" : "GET",
    headers: body && { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return response.json();
}

async function refresh() {
  const { now, orders } = await call("orders");
  element("now").textContent = time(now);
  element("empty").hidden = orders.length > 0;
  element("table").hidden = orders.length === 0;
  // Rebuilding the table would take the focus from a button that somebody is about to press.
  const signature = JSON.stringify(orders);
  if (element("orders").dataset.signature === signature) return;
  element("orders").dataset.signature = signature;
  element("orders").replaceChildren(...orders.reverse().map(row));
}

const time = (text) => (text ? text.slice(0, 19).replace("T", " ") : "–");

function row(order) {
  const actions =
    order.state === "open"
      ? [action(order, "pay", "Pay"), action(order, "expire", "Expire")]
      : order.state === "complete"
        ? [action(order, "push", "Push")]
        : [];
  const cells = [
    cell(link(order), order.merchant_reference1),
    cell(badge(order.state), order.management_status && `${order.management_status} · ${order.fraud_status}`),
    cell(money(order)),
    cell(String(order.validations)),
    cell(String(order.pushes), order.next_push_at && `next ${time(order.next_push_at)}`),
    cell(time(order.acknowledged_at)),
    cell(...actions),
  ];
  cells[2].className = "amount";
  const line = document.createElement("tr");
  line.append(...cells);
  return line;
}

function cell(first, second) {
  const made = document.createElement("td");
  made.append(first ?? "");
  if (second instanceof Node) made.append(" ", second);
  else if (second) made.append(Object.assign(document.createElement("small"), { textContent: second }));
  return made;
}

function link(order) {
  const href = `_emulator/orders/${order.order_id}`;
  return Object.assign(document.createElement("a"), { href, textContent: order.order_id.slice(0, 8) });
}

function badge(state) {
  return Object.assign(document.createElement("span"), { className: `state ${state}`, textContent: state });
}

function money({ order_amount, purchase_currency }) {
  const format = new Intl.NumberFormat("en", { style: "currency", currency: purchase_currency });
  return format.format(order_amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

function action(order, verb, text) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  button.addEventListener("click", () => run(`orders/${order.order_id}/${verb}`, {}));
  return button;
}

async function run(path, body) {
  const { error, redirect_url, status, pushes_delivered, state } = await call(path, body);
  element("said").textContent = error
    ? error.message
    : redirect_url
      ? `Bought. The shopper would go to ${redirect_url}`
      : status
        ? `The merchant answered ${status}.`
        : pushes_delivered !== undefined
          ? `Pushes delivered: ${pushes_delivered}.`
          : `The order is ${state}.`;
  await refresh();
}

for (const button of document.querySelectorAll("[data-seconds]")) {
  button.addEventListener("click", () => run("clock/advance", { seconds: Number(button.dataset.seconds) }));
}

async function keepRefreshing() {
  await refresh().catch(() => (element("said").textContent = "The emulator does not answer."));
  setTimeout(keepRefreshing, REFRESH_MS);
}

keepRefreshing();
