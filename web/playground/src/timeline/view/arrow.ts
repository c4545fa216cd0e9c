/** The picture in a row: an arrow between two lanes or a dot in one, and the bars of what is open meanwhile. */
import type { Lane } from '../entry';
import type { Bar, Row } from '../rows';

const SVG = 'http://www.w3.org/2000/svg';

/** Percent of the width. The same numbers place the lanes' lines in the style sheet. */
export const LANE_X: Record<Lane, number> = { browser: 6, kassa: 50, kustom: 94 };
const BAR_WIDTH = 6;
const HEAD = 5;

export function drawRow(row: Row): SVGElement {
  const svg = make('svg', { class: 'picture', 'aria-hidden': 'true' });
  const { from, to } = row.entry;
  const isMark = from === to;
  const y = isMark ? 13 : 29;
  for (const bar of row.bars) svg.append(drawBar(bar, y));
  if (isMark) svg.append(make('circle', { class: 'dot', cx: `${LANE_X[from]}%`, cy: y, r: 3.5 }));
  else svg.append(...drawArrow(from, to, y));
  return svg;
}

function drawArrow(from: Lane, to: Lane, y: number): SVGElement[] {
  const isRightwards = LANE_X[from] < LANE_X[to];
  const turn = isRightwards ? 1 : -1;
  const line = make('line', { class: 'arrow', x1: `${LANE_X[from]}%`, x2: `${LANE_X[to]}%`, y1: y, y2: y });
  // A point in percent has no corners in pixels around it, so the head is drawn at 0 and moved there.
  const head = make('svg', { x: `${LANE_X[to]}%`, y, overflow: 'visible' });
  const back = -turn * (HEAD + 4);
  head.append(make('path', { class: 'head', d: `M${-turn * 3} 0L${back} ${-HEAD}L${back} ${HEAD}Z` }));
  return [line, head];
}

function drawBar(bar: Bar, y: number): SVGElement {
  const place = make('svg', { x: `${LANE_X[bar.lane]}%`, y: 0, overflow: 'visible', height: '100%' });
  const top = bar.part === 'start' ? y : 0;
  const height = bar.part === 'end' ? y : '100%';
  const shape = make('rect', {
    class: 'bar',
    x: bar.place * 4 - BAR_WIDTH / 2,
    y: top,
    width: BAR_WIDTH,
    height,
  });
  shape.dataset.exchange = String(bar.exchange);
  place.append(shape);
  return place;
}

function make<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
