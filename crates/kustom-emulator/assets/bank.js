// The pretended page of a bank, over the whole window. It pays nothing: it only says which button was pressed.

import { formattingLocale, languageOf, textsOf } from "./texts.js";

const facts = new URLSearchParams(location.hash.slice(1));
const locale = formattingLocale(facts.get("locale"));
const texts = textsOf(locale);

const answer = (said) => window.parent.postMessage({ kustomEmulator: "banked", answer: said }, facts.get("parent"));

document.documentElement.lang = languageOf(locale);
document.title = texts.bankTitle;
for (const node of document.querySelectorAll("[data-text]")) node.textContent = texts[node.dataset.text];
document.getElementById("amount").textContent = facts.get("amount");
for (const button of document.querySelectorAll("[data-answer]")) {
  button.addEventListener("click", () => answer(button.dataset.answer));
}
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") answer("abandoned");
});
document.getElementById("title").focus();
// Only now is anybody listening.
for (const button of document.querySelectorAll("[data-answer]")) button.disabled = false;
