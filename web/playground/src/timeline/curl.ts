/** A recorded request as a command that works when it is pasted into a shell. */
import type { Entry } from './entry';

export type CurlPlace = {
  /** Where requests without a host went to. */
  readonly origin: string;
  readonly cartId: string;
};

/** What curl makes by itself, and what only a browser has a reason to send. */
const LEFT_OUT =
  /^(host|connection|content-length|accept-encoding|user-agent|cookie|traceparent|sec-.*|referer)$/i;
const MASKED = '***';

export function curlOf(entry: Entry, place: CurlPlace): string {
  const { method = 'GET', url = '', headers = {}, body } = entry.detail;
  const fill = (text: string) => text.replaceAll('{cartId}', place.cartId);
  const address = new URL(fill(url), place.origin).href.replaceAll('%7B', '{').replaceAll('%7D', '}');
  const parts = [`curl -sS -X ${quoted(method)} ${quoted(address)}`];
  for (const [name, value] of Object.entries(headers)) parts.push(...headerOption(name, fill(value)));
  if (body && !isUntold(body)) parts.push(`--data-raw ${quoted(fill(body))}`);
  return [...warnings(entry), parts.join(' \\\n  ')].join('\n');
}

/** In single quotes a shell reads nothing but the quote itself. Curl reads braces, unless they are left in peace. */
export function quoted(text: string): string {
  if (/^[A-Za-z0-9_./:=,@%+-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function headerOption(name: string, value: string): string[] {
  if (LEFT_OUT.test(name)) return [];
  if (/^authorization$/i.test(name)) return ['-u "$KUSTOM_KEY_ID:$KUSTOM_PASSWORD"'];
  // A masked value would be sent as it stands, and mean something else.
  if (value.includes(MASKED)) return [];
  return [`-H ${quoted(`${name}: ${value}`)}`];
}

/** What cannot be the same as in the record is said above the command, where a shell reads it as a comment. */
function warnings({ detail }: Entry): string[] {
  const said: string[] = [];
  if (detail.url?.includes(MASKED)) said.push('# The token in this address is not shown: put yours for ***.');
  if (detail.body?.includes(MASKED)) said.push('# Personal data in this body is masked with ***.');
  if (isUntold(detail.body)) said.push('# This request had a body that was not recorded.');
  if (isCut(detail.body)) said.push('# This body was cut when it was recorded.');
  return said;
}

/** Of what it does not read, the server tells only the length and the type. */
function isUntold(body: string | undefined): boolean {
  return /^\(\d+ bytes, .*\)$/.test(body ?? '');
}

function isCut(body: string | undefined): boolean {
  if (!body || !/^\s*[[{]/.test(body)) return false;
  try {
    JSON.parse(body);
    return false;
  } catch {
    return true;
  }
}
