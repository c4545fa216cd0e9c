/** The whole code for each page, as the files that a browser story buys with. */
import type { PageName } from '../scene';
import checkout from './checkout.html?raw';
import confirmation from './confirmation.html?raw';
import orders from './orders.html?raw';
import shop from './shop.html?raw';

export type CodePage = { readonly name: string; readonly text: string };

/** What the files have in place of the server's address. */
const SERVER = 'https://kassa.example';

const FILES: Partial<Record<PageName, string>> = { shop, checkout, confirmation, orders };

/** With the address of the server that the page talks to, so that it works where it is pasted. */
export function codeFor(page: PageName, server: string): CodePage {
  const name = FILES[page] === undefined ? 'shop' : page;
  return { name: `${name}.html`, text: (FILES[name] ?? shop).trim().replaceAll(SERVER, server) };
}
