// What is chosen besides the address: how to pay, how the rehearsal ends, and the merchant's own checkboxes.

import { linked } from "./markdown.js";
import { element, session } from "./session.js";
import { emit } from "./shop.js";

/** Checkboxes as the order has them. An answer that was given stays, whatever the merchant updates. */
export function showChoices() {
  const { order } = session;
  const answered = answers();
  const shown = order.checkboxes ?? [];
  const nodes = shown.map((checkbox) => {
    const isChecked = answered[checkbox.key] ?? checkbox.checked;
    return checkboxOf(checkbox, isChecked);
  });
  element("checkboxes").replaceChildren(...nodes);
  element("checkboxes").hidden = nodes.length === 0;
  element("merchant-terms").replaceChildren(...linked(order.additional_merchant_terms ?? ""));
  element("merchant-terms").hidden = !order.additional_merchant_terms;
}

const inputs = () => [...element("checkboxes").querySelectorAll("input")];
const answers = () => Object.fromEntries(inputs().map((input) => [input.dataset.key, input.checked]));

function checkboxOf({ key, text, required }, isChecked) {
  const field = document.createElement("div");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const words = document.createElement("span");
  const message = document.createElement("p");
  field.className = "checkbox";
  input.type = "checkbox";
  input.name = `additional_checkbox.${key}`;
  input.id = input.name;
  input.dataset.key = key;
  input.checked = isChecked;
  input.required = required;
  message.id = `${input.name}-error`;
  message.textContent = session.texts.mustAgree;
  message.hidden = true;
  input.setAttribute("aria-describedby", message.id);
  input.addEventListener("change", () => {
    mark(input, false);
    emit("checkbox_change", { key, checked: input.checked });
  });
  words.append(...linked(text));
  if (required) words.append(" *");
  label.append(input, words);
  field.append(label, message);
  return field;
}

/** The required ones that are not ticked. */
export function checkChoices() {
  return inputs().filter((input) => {
    const isMissing = input.required && !input.checked;
    mark(input, isMissing);
    return isMissing;
  });
}

function mark(input, isMissing) {
  if (isMissing) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  element(`${input.name}-error`).hidden = !isMissing;
}

/** What the purchase says about all of it. */
export function changedAnswers() {
  const said = { checkboxes: answers() };
  const method = document.querySelector("input[name=payment_method]:checked")?.value;
  const outcome = element("outcome").value;
  if (method === "card") said.method = method;
  if (outcome === "leaves") said.outcome = "approved";
  else if (["approved", "pending", "rejected"].includes(outcome)) said.outcome = outcome;
  return said;
}
