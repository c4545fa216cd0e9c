/** The page's language: chosen by the shopper, else what the browser asks for. */
import { memory } from './memory';
import { english, type Texts } from './texts/english';
import { swedish } from './texts/swedish';

export type Language = 'en' | 'sv';

export const LANGUAGES: Readonly<Record<Language, string>> = { en: 'English', sv: 'Svenska' };

let now: Language = first(memory.language(), navigator.language);

/** Swedish for those whose browser asks for it, English for everybody else. */
export function first(remembered: string | undefined, asked: string): Language {
  if (remembered === 'en' || remembered === 'sv') return remembered;
  return /^sv\b/i.test(asked) ? 'sv' : 'en';
}

export function language(): Language {
  return now;
}

export function texts(): Texts {
  return now === 'sv' ? swedish : english;
}

export function chooseLanguage(chosen: Language): void {
  now = chosen;
  memory.setLanguage(chosen);
}

export function problemText(code: string): string {
  const { problems } = texts();
  return problems[code] ?? problems.other;
}
