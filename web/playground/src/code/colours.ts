/** Just enough colour for a page of HTML to be read: comments, tags, and texts in quotes. */

export type Coloured = { readonly text: string; readonly kind: 'plain' | 'comment' | 'tag' | 'string' };

const PARTS =
  /(?<comment><!--[\s\S]*?-->|^\s*\/\/.*$)|(?<tag><\/?[a-z][\w-]*|(?<=[\w"])>|<!doctype html>)|(?<string>"[^"\n]*"|'[^'\n]*'|`[^`]*`)/gm;

export function coloured(code: string): Coloured[] {
  const pieces: Coloured[] = [];
  let end = 0;
  for (const match of code.matchAll(PARTS)) {
    if (match.index > end) pieces.push({ text: code.slice(end, match.index), kind: 'plain' });
    const { comment, tag } = match.groups ?? {};
    pieces.push({ text: match[0], kind: comment ? 'comment' : tag ? 'tag' : 'string' });
    end = match.index + match[0].length;
  }
  if (end < code.length) pieces.push({ text: code.slice(end), kind: 'plain' });
  return pieces;
}
