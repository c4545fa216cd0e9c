// Which language an order's locale is shown in.
import assert from "node:assert/strict";
import { formattingLocale, languageOf, textsOf } from "./page.mjs";

for (const [locale, language, formatting] of [
  ["sv-SE", "sv", "sv-SE"],
  ["sv-FI", "sv", "sv-FI"],
  ["nb-NO", "nb", "nb-NO"],
  ["no-NO", "nb", "nb-NO"],
  ["nn-NO", "nb", "nn-NO"],
  ["da-DK", "da", "da-DK"],
  ["fi-FI", "fi", "fi-FI"],
  ["de-AT", "de", "de-AT"],
  ["de-XX", "de", "de-XX"],
  ["en-SE", "en", "en-SE"],
  // What the form does not speak is English throughout.
  ["fr-GB", "en", "en"],
  ["zh-CN", "en", "en"],
  ["constructor", "en", "en"],
  ["", "en", "en"],
]) {
  const shown = formattingLocale(locale);
  assert.equal(languageOf(shown), language, locale);
  assert.ok([formatting, locale].includes(shown), `${locale}: ${shown}`);
  assert.equal(new Set(Object.values(textsOf(locale))).has(undefined), false);
}
