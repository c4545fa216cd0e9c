// A shop that suspends and resumes before the iframe listens must still get its update shown.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import vm from "node:vm";

const source = readFileSync(new URL("../../assets/checkout.bootstrap.js", import.meta.url), "utf8");

function said(before) {
  const told = [];
  let receive;
  const contentWindow = { postMessage: (message) => told.push(message.kustomEmulator) };
  const config = { IFRAME_SRC: "http://emulator/browser/checkout", container: { appendChild() {} } };
  const window = {
    location: { origin: "http://shop" },
    addEventListener: (_, listener) => {
      receive = listener;
    },
    _klarnaCheckout: { q: [], config },
  };
  const document = { createElement: () => ({ style: {}, contentWindow }) };
  vm.runInNewContext(source, {
    window,
    document,
    URL,
    URLSearchParams,
    console,
    Object,
    setTimeout: () => 0,
    clearTimeout() {},
  });
  window._klarnaCheckout(before);
  receive({ source: contentWindow, origin: "http://emulator", data: { kustomEmulator: "ready" } });
  return told;
}

assert.deepEqual(said(() => {}), ["begin"]);
assert.deepEqual(said((api) => api.suspend()), ["suspend"]);
assert.deepEqual(said((api) => api.resume()), ["begin"]);
assert.deepEqual(
  said((api) => {
    api.suspend();
    api.resume();
  }),
  ["suspend", "resume"],
);
