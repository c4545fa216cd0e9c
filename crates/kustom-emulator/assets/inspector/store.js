// What the page knows, and how it stays up to date: it listens, reads everything once, and applies what it hears.
import { read } from "./call.js";

/** A tab that stays open for days must not fill the machine. The emulator keeps no more requests than this either. */
const REQUEST_LIMIT = 500;
const CALLBACK_LIMIT = 500;
const ORDER_LIMIT = 2000;
/** After an answer that makes the browser give up, such as that too many listen. */
const RETRY_MS = 2000;

/** `changed` is called after every change; whoever draws decides how often. */
export function openStore(changed) {
  const store = {
    connection: "connecting",
    acceptsAny: true,
    isLoaded: false,
    orders: new Map(),
    requests: [],
    callbacks: new Map(),
    faults: [],
    clock: null,
    /** Grows with what happens to one order, so that its details are read again. */
    touched: new Map(),
    /** Grows when everything may have changed. */
    loads: 0,
  };
  /** What is heard while everything is read is newer than what is read. */
  let waiting = null;

  async function load() {
    if (waiting) return;
    waiting = [];
    try {
      const [orders, requests, callbacks, faults, clock] = await Promise.all(
        ["orders", "requests", "callbacks", "faults", "clock"].map(read),
      );
      store.orders = new Map(orders.orders.map((order) => [order.order_id, order]));
      store.requests = requests.requests.map(withOrder);
      store.callbacks = new Map(callbacks.callbacks.map((callback) => [callback.number, callback]));
      store.faults = faults.faults;
      setClock(store, clock);
      store.loads += 1;
      store.isLoaded = true;
      bound(store);
    } finally {
      const heard = waiting;
      waiting = null;
      for (const { kind, data } of heard) hear(kind, data);
      changed();
    }
  }

  function hear(kind, data) {
    if (kind === "hello") {
      store.connection = "live";
      store.acceptsAny = data.accepts_any_credentials;
    }
    if (["hello", "resync", "reset"].includes(kind)) reload();
    else if (waiting) waiting.push({ kind, data });
    else apply(store, kind, data, reload);
    changed();
  }

  /** What is being read now may be older than this wish, so it is done once more. */
  function reload() {
    if (waiting) waiting.push({ kind: "resync", data: {} });
    else load().catch(tryAgain);
  }

  function tryAgain() {
    lost();
    setTimeout(reload, RETRY_MS);
  }

  function lost() {
    store.connection = "lost";
    changed();
  }

  listen(hear, lost);
  return store;
}

/**
 * Only while somebody looks: a browser opens six connections to one address, and some hidden tabs would use up all of them.
 * A tab that is shown again reads everything anew.
 */
function listen(hear, lost) {
  let source = null;
  const close = () => {
    source?.close();
    source = null;
  };
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource("_emulator/events");
    for (const kind of ["hello", "order", "request", "callback", "faults", "clock", "reset", "resync"]) {
      source.addEventListener(kind, (event) => hear(kind, JSON.parse(event.data)));
    }
    source.addEventListener("error", () => {
      lost();
      if (source?.readyState !== EventSource.CLOSED) return;
      close();
      setTimeout(open, RETRY_MS);
    });
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  open();
}

function apply(store, kind, data, reload) {
  if (kind === "order") {
    store.orders.set(data.order_id, data);
    touch(store, data.order_id);
  } else if (kind === "request") {
    const request = withOrder(data);
    store.requests.push(request);
    touch(store, request.order_id);
  } else if (kind === "callback") {
    store.callbacks.set(data.number, data);
    touch(store, data.order_id);
  } else if (kind === "faults") {
    store.faults = data.faults;
  } else if (kind === "clock") {
    setClock(store, data);
    // Orders expire by time, and no one tells of it.
    reload();
  }
  bound(store);
}

function touch(store, id) {
  if (id) store.touched.set(id, (store.touched.get(id) ?? 0) + 1);
}

function bound(store) {
  store.requests.splice(0, store.requests.length - REQUEST_LIMIT);
  for (const [kept, limit] of [
    [store.orders, ORDER_LIMIT],
    [store.callbacks, CALLBACK_LIMIT],
    [store.touched, ORDER_LIMIT],
  ]) {
    for (const key of kept.keys()) {
      if (kept.size <= limit) break;
      kept.delete(key);
    }
  }
}

/** The order that a request is about: its path says so, or the answer that created it. */
function withOrder(exchange) {
  const [, inPath] = /\/orders\/([^/]+)/.exec(exchange.request.path) ?? [];
  const answered = exchange.response?.body;
  return { ...exchange, order_id: inPath ?? (typeof answered === "object" ? answered?.order_id : undefined) };
}

function setClock(store, { now, frozen = false, speed = 1 }) {
  store.clock = { at: Date.parse(now), since: performance.now(), frozen, speed };
}

/** The virtual time, as far as it can be told without asking. */
export function virtualNow({ at, since, frozen, speed }) {
  const passed = frozen ? 0 : (performance.now() - since) * speed;
  return new Date(at + passed).toISOString();
}
