// Rules by which merchants' calls go wrong: the ones there are, and new ones.
import { perform } from "./call.js";
import { words } from "./format.js";
import { badge, button, make, show } from "./make.js";

/** What breaks integrations most often. */
const PRESETS = [
  ["Lose the answer to the next create", { method: "POST", path: "/checkout/v3/orders", effect: "lost_answer" }],
  ["Apply the next update twice", { method: "POST", path: "/checkout/v3/orders/*", effect: "applied_twice" }],
  ["Slow down everything by 3 s", { method: "*", path: "*", effect: "delay", ms: 3000, times: null }],
  ["Time out the next read", { method: "GET", path: "/checkout/v3/orders/*", effect: "timeout" }],
  ["Fail the next three calls", { method: "*", path: "*", effect: "server_error", times: 3 }],
  ["Too many requests, twice", { method: "*", path: "*", effect: "too_many_requests", times: 2 }],
  ["Refuse the credentials", { method: "*", path: "*", effect: "unauthorized", times: null }],
  ["Lose the next acknowledge", { method: "POST", path: "/ordermanagement/v1/orders/*/acknowledge", effect: "lost_answer" }],
];

const METHODS = ["*", "GET", "POST", "PATCH", "PUT", "DELETE"];

/** Each effect with what it needs to know. */
const EFFECTS = {
  delay: "ms",
  timeout: "ms, if you like",
  lost_answer: "",
  applied_late: "ms",
  applied_twice: "",
  unauthorized: "",
  forbidden_page: "",
  not_found: "",
  too_many_requests: "",
  server_error: "",
  gateway_timeout: "applied",
  empty: "applied",
  truncated: "",
  reset: "",
  foreign_order: "",
  foreign_location: "",
};

export function faultList({ store }) {
  return [
    { key: "title", signature: "", build: () => make("h2", { class: "list-title" }, "Rules") },
    store.faults.length === 0 && {
      key: "none",
      signature: "",
      build: () => make("p", { class: "none" }, "Nothing goes wrong on purpose. The first rule that fits a call strikes."),
    },
    {
      key: "rules",
      signature: "",
      build: () => make("ul", { class: "rules", "aria-label": "Rules" }),
      fill: (list) => show(list, store.faults.map(ruleEntry)),
    },
    store.faults.length > 0 && { key: "all", signature: "", build: removeAll },
  ].filter(Boolean);
}

function ruleEntry(rule) {
  const remove = (event) => perform(event, "DELETE", `faults/${rule.number}`, undefined, () => "The rule is removed.");
  return {
    key: rule.number,
    signature: JSON.stringify(rule),
    build: () =>
      make(
        "li",
        { class: "rule" },
        make("p", { class: "rule-title" }, badge(words(rule.effect), isSpent(rule) ? "" : "bad"), make("span", { class: "mono" }, ` ${tellCalls(rule)}`)),
        make("p", { class: "row-note" }, tellCounts(rule)),
        button("Remove", remove, { "data-focus": `remove ${rule.number}`, "aria-label": `Remove the rule ${words(rule.effect)} for ${tellCalls(rule)}` }),
      ),
  };
}

function tellCalls({ method, path }) {
  if (method === "*" && path === "*") return "every call";
  return `${method === "*" ? "any method" : method} ${path}`;
}

const isSpent = ({ times, struck }) => times !== null && struck >= times;

function tellCounts({ times, skip, struck, skipped, ms, applied }) {
  return [
    times === null ? `struck ${struck} ×, for ever` : `struck ${struck} of ${times}`,
    skip > 0 && `let ${skipped} of ${skip} through`,
    ms && `${ms} ms`,
    applied && "applied",
  ]
    .filter(Boolean)
    .join(" · ");
}

function removeAll() {
  const remove = (event) => perform(event, "DELETE", "faults", undefined, () => "All rules are removed.");
  return button("Remove all", remove, { class: "danger" });
}

export function faultDetail() {
  return [
    { key: "presets", signature: "", build: presets },
    { key: "form", signature: "", build: form },
  ];
}

const add = (event, rule) => perform(event, "POST", "faults", rule, ({ faults }) => `Added. There are ${faults.length} rules now.`);

function presets() {
  return make(
    "section",
    { "aria-label": "Presets" },
    make("h2", null, "Add a fault"),
    make("div", { class: "presets" }, PRESETS.map(([text, rule]) => button(text, (event) => add(event, rule)))),
  );
}

function form() {
  const field = (label, input, hint) => make("label", null, make("span", null, label), input, hint && make("small", null, hint));
  const choice = (name, values) => make("select", { name }, values.map((value) => make("option", { value }, value === "*" ? "any" : words(value))));
  const number = (name, placeholder) => make("input", { name, type: "number", min: 0, max: 60_000, placeholder, inputmode: "numeric" });
  const path = make("input", { name: "path", value: "/checkout/v3/orders/*", required: true, maxlength: 300, spellcheck: "false", autocomplete: "off" });
  const applied = make("label", { class: "check" }, make("input", { name: "applied", type: "checkbox" }), " The call takes effect all the same");
  const made = make(
    "form",
    { class: "fault-form" },
    make("h3", null, "One of your own"),
    field("Method", choice("method", METHODS)),
    field("Path", path, "* is any run of characters"),
    field("Effect", choice("effect", Object.keys(EFFECTS))),
    field("Milliseconds", number("ms", "none")),
    field("Times", number("times", "for ever")),
    field("Skip first", number("skip", "0")),
    applied,
    make("button", { type: "submit", class: "primary" }, "Add the rule"),
  );
  made.elements.times.value = "1";
  made.addEventListener("change", () => fit(made));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    add(null, ruleOf(new FormData(made)));
  });
  fit(made);
  return made;
}

/** Only what means something with the effect can be filled in. */
function fit({ elements }) {
  const needs = EFFECTS[elements.effect.value];
  elements.ms.disabled = !needs.startsWith("ms");
  elements.ms.required = needs === "ms";
  elements.applied.disabled = needs !== "applied";
}

function ruleOf(data) {
  const number = (name) => (data.get(name) ? Number(data.get(name)) : null);
  const rule = { method: data.get("method"), path: data.get("path"), effect: data.get("effect"), times: number("times") };
  if (number("ms")) rule.ms = number("ms");
  if (number("skip")) rule.skip = number("skip");
  if (data.get("applied")) rule.applied = true;
  return rule;
}
