/** Our own product pictures, drawn in currentColor and two tints so that they follow light and dark. */

const SHOE_BODY =
  'M34 92c2-14 6-28 14-36 4-4 9-3 12 2 6 10 20 13 33 6l17-11c6-4 12-2 16 3 13 17 31 26 55 31 20 4 31 9 33 21H36c-3-4-3-10-2-16Z';
const SHOE_SOLE = 'M30 108h188c4 0 5 5 2 9-3 5-9 7-16 8-44 4-104 4-150 0-10-1-19-3-23-8-3-4-5-9-1-9Z';
const LACES = 'm104 60 12 13m1-21 12 14m2-8 10 13m2-4 9 12';

const RUNNING_SHOE = `
  <path class="ink" d="${SHOE_BODY}"/>
  <path class="paper" d="${SHOE_SOLE}"/>
  <path class="line-paper" d="${LACES}" stroke-width="3.5"/>
  <path class="line-accent" d="M62 106c8-18 20-26 38-24 14 2 22 12 40 13" stroke-width="5"/>
  <path class="line-ink" d="M46 117h20m14 1h20m14 0h20m14 0h20m14-1h14" stroke-width="3"/>`;

const COURT_SHOE = `
  <path class="paper" d="${SHOE_BODY}"/>
  <path class="line-soft" d="M46 60c2 16-2 32-9 46" stroke-width="3"/>
  <path class="accent" d="M35 84c0-10 4-21 9-28l12 3c-2 12-6 21-12 27Z"/>
  <path class="soft" d="${SHOE_SOLE}"/>
  <path class="line-ink" d="${LACES}" stroke-width="3"/>
  <path class="line-soft" d="M168 86c-6 4-9 11-9 20" stroke-width="3"/>
  <g class="soft"><circle cx="92" cy="88" r="2.5"/><circle cx="102" cy="91" r="2.5"/><circle cx="112" cy="94" r="2.5"/><circle cx="122" cy="97" r="2.5"/></g>`;

const BOOK = `
  <path class="ink" d="M82 24h76a6 6 0 0 1 6 6v104a6 6 0 0 1-6 6H82a10 10 0 0 1-10-10V34a10 10 0 0 1 10-10Z"/>
  <path class="paper" d="M84 124h80v10H84a5 5 0 0 1 0-10Z"/>
  <path class="accent" d="M96 40h52v66H96z"/>
  <path class="line-paper" d="M108 54h28M108 64h28M108 74h18M108 92h28" stroke-width="3"/>`;

const COFFEE = `
  <path class="soft" d="m86 22 68 0 6 18v88a10 10 0 0 1-10 10H90a10 10 0 0 1-10-10V40Z"/>
  <path class="ink" d="M86 22h68l6 18H80Z"/>
  <path class="paper" d="M80 66h80v48H80z"/>
  <g transform="rotate(24 120 90)"><ellipse class="accent" cx="120" cy="90" rx="13" ry="18"/><path class="line-paper" d="M121 73c-6 11 5 22-1 34" stroke-width="3.5"/></g>
  <circle class="paper" cx="120" cy="31" r="4"/>`;

const GIFT = `
  <rect class="accent" x="52" y="42" width="136" height="84" rx="10"/>
  <path class="line-paper" d="M88 42v84M52 84h136" stroke-width="5"/>
  <path class="line-paper" d="M88 84c-18-2-24-18-14-22 9-3 14 12 14 22Zm0 0c18-2 24-18 14-22-9-3-14 12-14 22Zm0 0-12 20m12-20 12 20" stroke-width="4"/>
  <path class="line-paper" d="M144 108h28" stroke-width="4"/>`;

const PICTURES: Record<string, string> = {
  'SH005-BLK-10': RUNNING_SHOE,
  'SH006-WHT-09': COURT_SHOE,
  'BOOK-001': BOOK,
  'FOOD-001': COFFEE,
  'GIFT-100': GIFT,
};

const PARCEL = `<path class="soft" d="M70 52h100v78H70z"/><path class="line-ink" d="M70 76h100M120 52v24" stroke-width="4"/>`;

/** Decoration: the product's name always stands beside it. */
export function picture(productNumber: string): HTMLElement {
  const tile = document.createElement('div');
  tile.className = 'picture';
  tile.setAttribute('aria-hidden', 'true');
  // Constant markup from this file; no outside text reaches it.
  tile.innerHTML = `<svg viewBox="0 0 240 160" focusable="false">${PICTURES[productNumber] ?? PARCEL}</svg>`;
  return tile;
}
