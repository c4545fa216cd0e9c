// What Kustom sent to the shop by itself, and what the shop said.
import { copy, perform } from "./call.js";
import { callback as callbackCommand } from "./curl.js";
import { body, dateAndTime, milliseconds, timeOfDay, words } from "./format.js";
import { makeList, rowLines, rowLink } from "./list.js";
import { badge, button, facts, make } from "./make.js";
import { headers, orderLink } from "./requests.js";

const isGood = ({ answer }) => answer?.answered && answer.answered.status < 300;

const list = makeList({
  label: "callbacks",
  placeholder: "Kind, address, status, order id",
  filters: {
    "without a good answer": (callback) => callback.answer && !isGood(callback),
    waiting: ({ answer }) => !answer,
    pushes: ({ kind }) => kind === "push",
    questions: ({ kind }) => ["validation", "shipping_option", "address", "country"].includes(kind),
    webhooks: ({ kind }) => kind === "webhook",
  },
  text: ({ kind, url, answer, order_id }) => `${words(kind)} ${url} ${answer?.answered?.status ?? ""} ${order_id}`,
  row,
  empty: "No callback was sent yet. A push follows every purchase.",
});

export function callbackList(context) {
  const newestFirst = [...context.store.callbacks.values()].sort((left, right) => right.number - left.number);
  return list(newestFirst, context);
}

function row(callback, chosen) {
  const { number, kind, url, sent_at } = callback;
  return {
    key: number,
    signature: JSON.stringify([String(number) === chosen, callback.answered_at]),
    build: () =>
      rowLink(
        "callbacks",
        number,
        chosen,
        rowLines(
          [make("span", { class: "row-title" }, words(kind)), status(callback)],
          [`${timeOfDay(sent_at)} · ${url}`, make("span", { class: "row-note" }, milliseconds(sent_at, callback.answered_at) ?? "")],
        ),
      ),
  };
}

function status(callback) {
  if (!callback.answer) return badge("waiting", "warn");
  const { answered } = callback.answer;
  return badge(answered ? String(answered.status) : "no answer", isGood(callback) ? "good" : "bad");
}

export function callbackDetail({ store, chosen }) {
  const callback = store.callbacks.get(Number(chosen));
  if (!callback) {
    const hint = chosen ? "This callback is no longer kept." : "Choose a callback to see what was sent and answered.";
    return [{ key: "hint", signature: hint, build: () => make("p", { class: "hint" }, chosen && backLink(), hint) }];
  }
  return [{ key: `callback ${chosen}`, signature: JSON.stringify(callback), build: () => detail(callback) }];
}

const backLink = () => make("a", { class: "back", href: "#callbacks" }, "← Callbacks");

function detail(callback) {
  const { number, kind, url, sent_at, answered_at, remark, repeats } = callback;
  const repeat = (event) => perform(event, "POST", `callbacks/${number}/repeat`, undefined, ({ status }) => `The shop answered ${status}.`);
  return make(
    "article",
    null,
    make(
      "header",
      { class: "head" },
      backLink(),
      make("h2", { tabindex: -1 }, `${words(kind)[0].toUpperCase()}${words(kind).slice(1)}`),
      make("p", { class: "head-states" }, status(callback), repeats && badge(`once more of #${repeats}`)),
      make("p", { class: "head-id" }, make("code", null, `POST ${url}`)),
    ),
    make(
      "div",
      { class: "buttons", role: "group", "aria-label": "What to do with the callback" },
      button("Repeat", repeat, { class: "primary" }),
      button("Copy as curl", () => copy(callbackCommand(callback), "The command is")),
    ),
    facts({
      Sent: dateAndTime(sent_at),
      Answered: answered_at && `${dateAndTime(answered_at)}, after ${milliseconds(sent_at, answered_at)}`,
      Number: `#${number}`,
      Order: orderLink(callback.order_id),
      Remark: remark,
    }),
    make("h3", null, "Request"),
    headers("Request headers", callback.headers),
    body(callback.body),
    answer(callback),
  );
}

function answer({ answer }) {
  if (!answer) return make("h3", null, "Waiting for the answer");
  if (answer.failed) return [make("h3", null, "No answer"), make("p", { class: "reasons" }, answer.failed.reason)];
  const { status, location, body: said } = answer.answered;
  return [make("h3", null, `Answer ${status}`), location && facts({ Location: location }), body(said)];
}
