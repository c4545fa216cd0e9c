// The form's words. Kustom falls back to the language when it does not know the region, and to English when it does not
// know the language. Source: https://docs.kustom.co/contents/checkout/additional-resources/available-languages. It knows
// more languages than this form, which shows those in English, too.

import da from "./texts.da.js";
import de from "./texts.de.js";
import en from "./texts.en.js";
import fi from "./texts.fi.js";
import nb from "./texts.nb.js";
import sv from "./texts.sv.js";

const TEXTS = { da, de, en, fi, nb, sv };

// Norwegian has two more names for what is written the same here.
const ALIASES = { no: "nb", nn: "nb" };

export function languageOf(locale) {
  const language = locale.toLowerCase().split("-")[0];
  const known = ALIASES[language] ?? language;
  return Object.hasOwn(TEXTS, known) ? known : "en";
}

// Kustom's pattern lets locales through that no browser can format in. Amounts and names of countries are written in the
// language of the words around them.
export function formattingLocale(locale) {
  try {
    const known = Intl.getCanonicalLocales(locale)[0] ?? "en";
    return languageOf(known) === "en" && !known.toLowerCase().startsWith("en") ? "en" : known;
  } catch {
    return "en";
  }
}

export function textsOf(locale) {
  return TEXTS[languageOf(locale)];
}
