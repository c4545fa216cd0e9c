// What the parts of the page share: the order as it was read last, the language, and the way to the emulator.

import { formattingLocale, textsOf } from "./texts.js";

const facts = new URLSearchParams(location.hash.slice(1));
const locale = formattingLocale(facts.get("locale"));

export const session = {
  locale,
  texts: textsOf(locale),
  order: undefined,
  form: undefined,
  receiver: undefined,
  isPaying: false,
  isSuspended: false,
  isLoaded: false,
  hasTyped: false,
  // Whether the shop knows the address that is shown: what was prefilled, or what it agreed to.
  isAddressKnown: true,
  parentOrigin: facts.get("parent"),
};

export const element = (id) => document.getElementById(id);

/** Asks the emulator, under the order's own token. */
export async function call(path, body) {
  const response = await fetch(`orders/${facts.get("order")}${path}`, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${facts.get("token")}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  return { isOk: response.ok, status: response.status, answer, error: answer.error ?? {} };
}

export function complain(text) {
  element("alert").textContent = text;
  element("alert").hidden = !text;
}

/** Replaces the form by a few words. */
export function notice([title, text], isDone = false) {
  element("notice-title").textContent = title;
  element("notice-text").textContent = text;
  element("notice").classList.toggle("done", isDone);
  element("notice").hidden = false;
  element("columns").hidden = !isDone;
  // Who has pressed a button in here must not be left on a button that is gone.
  if (document.hasFocus() && session.isLoaded) element("notice").focus();
}

/** For those who hear the page. */
export function announce(text) {
  element("status").textContent = text;
}
