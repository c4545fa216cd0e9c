// The inspector: one page that shows what the emulator knows, as it changes, and lets a person steer it.
import { hush, perform } from "./call.js";
import { callbackDetail, callbackList } from "./callbacks.js";
import { drawClock } from "./clock.js";
import { faultDetail, faultList } from "./faults.js";
import { make, show } from "./make.js";
import { orderDetail, orderList } from "./orders.js";
import { requestDetail, requestList } from "./requests.js";
import { openStore } from "./store.js";

const VIEWS = {
  orders: { title: "Orders", count: (store) => store.orders.size, list: orderList, detail: orderDetail },
  requests: { title: "Requests", count: (store) => store.requests.length, list: requestList, detail: requestDetail },
  callbacks: { title: "Callbacks", count: (store) => store.callbacks.size, list: callbackList, detail: callbackDetail },
  faults: { title: "Faults", count: (store) => store.faults.length, list: faultList, detail: faultDetail },
};

const place = (id) => document.getElementById(id);
let isDrawing = false;
const store = openStore(draw);

/** Where the page is: `#orders`, or `#orders/1a2b…` with one of them chosen. */
function whereabouts() {
  const [view, chosen] = window.location.hash.slice(1).split("/");
  return { view: Object.hasOwn(VIEWS, view) ? view : "orders", chosen: chosen ? decoded(chosen) : null };
}

/** Whatever somebody has typed behind the `#`. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Many changes at once are drawn once. */
function draw() {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    drawNow();
  });
}

function drawNow() {
  const { view, chosen } = whereabouts();
  const context = { store, chosen, redraw: draw };
  document.body.dataset.view = view;
  document.body.dataset.chosen = chosen ? "yes" : "no";
  drawViews(view);
  const connection = { connecting: "Connecting", live: "Live", lost: "Reconnecting" }[store.connection];
  if (place("connection").textContent !== connection) place("connection").textContent = connection;
  place("connection").dataset.state = store.connection;
  if (!store.isLoaded) return;
  drawClock(place("clock"), store);
  show(place("list"), VIEWS[view].list(context));
  show(place("detail"), VIEWS[view].detail(context));
  place("main").dataset.empty = view === "orders" && store.orders.size === 0 ? "yes" : "no";
}

function drawViews(current) {
  const entries = Object.entries(VIEWS).map(([name, { title, count }]) => {
    const number = count(store);
    const isCurrent = name === current;
    return {
      key: name,
      signature: `${number} ${isCurrent}`,
      build: () =>
        make(
          "a",
          { href: `#${name}`, "data-focus": name, "aria-current": isCurrent && "page" },
          title,
          make("span", { class: "count" }, String(number)),
        ),
    };
  });
  show(place("views"), entries);
}

/** On a phone the details take the place of the list, and the reader has to be taken there. */
function arrive() {
  hush();
  drawNow();
  const { chosen } = whereabouts();
  if (!matchMedia("(max-width: 899px)").matches) return;
  window.scrollTo(0, 0);
  if (chosen) place("detail").querySelector("h2")?.focus();
}

function moveInList(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = event.target.closest?.("a.row");
  if (!step || !row) return;
  const rows = [...place("list").querySelectorAll("a.row")];
  const next = rows[rows.indexOf(row) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function startSearch(event) {
  const isTyping = event.target.closest?.("input, select, textarea, dialog");
  const search = place("list").querySelector("input[type=search]");
  if (event.key !== "/" || isTyping || !search || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  search.focus();
}

window.addEventListener("hashchange", arrive);
place("list").addEventListener("keydown", moveInList);
document.addEventListener("keydown", startSearch);
place("said-close").addEventListener("click", hush);
place("reset").addEventListener("click", () => place("confirm-reset").showModal());
place("confirm-reset").addEventListener("close", ({ currentTarget }) => {
  if (currentTarget.returnValue !== "reset") return;
  currentTarget.returnValue = "";
  perform(null, "POST", "reset", undefined, () => "Everything is forgotten.");
});
draw();
