// Times, amounts and JSON as people read them.
import { make } from "./make.js";

/** A page with more JSON than this would stop to answer; the rest is one click away, at the control route. */
const LONGEST_JSON = 200_000;

export const dateAndTime = (text) => (text ? `${text.slice(0, 10)} ${text.slice(11, 19)}` : "–");
export const timeOfDay = (text) => (text ? text.slice(11, 19) : "–");
export const shortId = (id) => id.slice(0, 8);

/** Order amounts are minor units. A currency that is none is shown as the shop has sent it. */
export function money(amount, currency) {
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "code" });
    return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${amount} ${currency ?? ""}`.trim();
  }
}

export function milliseconds(from, to) {
  if (!from || !to) return null;
  const taken = new Date(to) - new Date(from);
  return taken < 10_000 ? `${taken} ms` : `${Math.round(taken / 1000)} s`;
}

export const words = (name) => name.replaceAll("_", " ");

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/** JSON with colours; anything else as it is. */
export function body(value) {
  if (value === null || value === undefined || value === "") return make("p", { class: "none" }, "No body");
  const known = typeof value === "string" ? parsed(value) : value;
  if (known === undefined) return make("pre", { tabindex: 0 }, value);
  const text = JSON.stringify(known, null, 2);
  if (text.length > LONGEST_JSON) return make("pre", { tabindex: 0 }, `${text.slice(0, LONGEST_JSON)}\n…`);
  return make("pre", { class: "json", tabindex: 0 }, coloured(text));
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}

function coloured(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, word, number] = match;
    parts.push(text.slice(end, match.index));
    const kind = colon ? "key" : string ? "string" : word ? "word" : number ? "number" : "";
    parts.push(make("span", { class: kind }, string ?? whole), colon ?? "");
    end = match.index + whole.length;
  }
  return [...parts, text.slice(end)];
}
