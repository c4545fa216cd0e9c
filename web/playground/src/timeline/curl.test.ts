import { expect, test } from 'vitest';
import { curlOf, quoted } from './curl';
import { told } from './testing';

const place = { origin: 'http://127.0.0.1:3300', cartId: 'c-1' };

function curl(detail: Record<string, unknown>): string {
  const [entry] = told({ kind: 'request', detail });
  if (!entry) throw new Error('one was made');
  return curlOf(entry, place);
}

test.each([
  ['plain', 'plain'],
  ['two words', `'two words'`],
  [`it's`, `'it'\\''s'`],
  ['$HOME `id` "x" \\', `'$HOME \`id\` "x" \\'`],
  ['a\nb', `'a\nb'`],
  ['', `''`],
  ['&;|<>*?', `'&;|<>*?'`],
])('%j is quoted as %s', (text, expected) => {
  expect(quoted(text)).toBe(expected);
});

test('a change of a cart carries its body and its type, for the cart of the page', () => {
  const command = curl({
    method: 'POST',
    url: '/ingress/commerce/carts/{cartId}/set-quantity',
    headers: { 'content-type': 'application/json', host: '127.0.0.1:3300', 'content-length': '40' },
    body: `{"cartItemId":"it's","quantity":2}`,
  });
  expect(command).toBe(
    [
      `curl -sS -X POST http://127.0.0.1:3300/ingress/commerce/carts/c-1/set-quantity`,
      `-H 'content-type: application/json'`,
      `--data-raw '{"cartItemId":"it'\\''s","quantity":2}'`,
    ].join(' \\\n  '),
  );
});

test('credentials are variables of the shell and never three stars', () => {
  const command = curl({
    method: 'GET',
    url: 'http://127.0.0.1:3301/checkout/v3/orders/1',
    headers: { authorization: 'Basic ***', cookie: '***', 'x-secret': '***' },
  });
  expect(command).toContain('-u "$KUSTOM_KEY_ID:$KUSTOM_PASSWORD"');
  expect(command).not.toContain('***');
});

test('what is not as it was is said in comments, which a shell leaves out', () => {
  const lines = curl({
    method: 'POST',
    url: '/ingress/kustom/validate?token=***',
    headers: {},
    body: '{"email":"***","lines":[…',
  }).split('\n');
  expect(lines.filter((line) => line.startsWith('#'))).toHaveLength(3);
  expect(lines.at(-2)).toMatch(/^curl /);
});

test('a body that was not recorded is not sent as what is told of it', () => {
  const command = curl({ method: 'POST', url: '/x', headers: {}, body: '(12 bytes, no type)' });
  expect(command).toBe(
    '# This request had a body that was not recorded.\ncurl -sS -X POST http://127.0.0.1:3300/x',
  );
});
