/** What is behind one row: addresses, headers and bodies as the server has recorded them, without secrets. */
import { h } from '../../dom';
import { type CurlPlace, curlOf } from '../curl';
import type { Entry } from '../entry';
import { headerLines, piecesOf, prettyBody } from '../redaction';
import type { Row } from '../rows';
import { duration } from '../words';

const COPIED_MS = 2_000;

export function createDetails(row: Row, place: CurlPlace): HTMLElement {
  const { entry, partner } = row;
  const isExchange = entry.kind === 'request' || entry.kind === 'answer';
  const request = entry.kind === 'request' ? entry : partner;
  return h(
    'div',
    { class: 'details' },
    h('p', { class: 'when' }, `${entry.at}${timing(row)}`),
    ...(isExchange ? exchangeParts(entry) : [facts(entry)]),
    request?.kind === 'request' && copyButton('Copy as curl', () => curlOf(request, place), 'copy-curl'),
  );
}

/** Says what it did in its own words, which a screen reader reads because the button has the focus. */
export function copyButton(name: string, textOf: () => string, testId: string): HTMLButtonElement {
  const label = h('span', { 'aria-live': 'polite' }, name);
  const button = h('button', { type: 'button', class: 'small-button', 'data-testid': testId }, label);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(textOf());
      label.textContent = 'Copied';
    } catch {
      label.textContent = 'The browser does not allow copying';
    }
    setTimeout(() => {
      label.textContent = name;
    }, COPIED_MS);
  });
  return button;
}

function exchangeParts(entry: Entry): HTMLElement[] {
  const { method, url, headers, body, status, failure } = entry.detail;
  const first = url === undefined ? `${failure ?? status ?? entry.title}` : `${method ?? ''} ${url}`;
  return [
    block('What', first),
    ...(headers && Object.keys(headers).length > 0 ? [block('Headers', headerLines(headers))] : []),
    ...(body ? [block('Body', prettyBody(body))] : []),
  ];
}

function facts(entry: Entry): HTMLElement {
  return block('What', prettyBody(JSON.stringify({ title: entry.title, ...entry.detail })));
}

function block(name: string, text: string): HTMLElement {
  const content = piecesOf(text).map(({ text, kind }) => {
    if (kind === 'plain') return text;
    const title =
      kind === 'masked' ? 'Taken out when it was recorded' : 'The id of this cart, which is the key to it';
    return h('mark', { class: kind, title }, text);
  });
  // What scrolls must be reachable without a mouse.
  const pre = h('pre', { tabindex: 0, role: 'region', 'aria-label': name }, ...content);
  return h('div', { class: 'block' }, h('h3', {}, name), pre);
}

function timing({ entry, durationMs }: Row): string {
  if (durationMs === undefined) return '';
  return entry.kind === 'answer'
    ? ` · ${duration(durationMs)} after its request`
    : ` · answered after ${duration(durationMs)}`;
}
