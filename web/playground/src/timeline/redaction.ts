/** Bodies and headers for people: JSON on many lines, and what was taken out of it marked as such. */
import type { Headers } from './entry';

export type Piece = { readonly text: string; readonly kind: 'plain' | 'masked' | 'cart' };

const MARKED = /\*{3,}|\{cartId\}/g;

export function prettyBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    // Not JSON, or cut: as it came.
    return body;
  }
}

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(MARKED)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), kind: 'plain' });
    pieces.push({ text: match[0], kind: match[0] === '{cartId}' ? 'cart' : 'masked' });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), kind: 'plain' });
  return pieces;
}

export function headerLines(headers: Headers | undefined): string {
  return Object.entries(headers ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}
