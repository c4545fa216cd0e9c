/** The edge between shop and workshop: dragged, or moved with the arrow keys. Beside the shop or, as a sheet, under it. */
import { h } from '../../dom';
import { memory } from '../../memory';

type Side = 'width' | 'height';
const BESIDE = matchMedia('(min-width: 1280px)');
const STEP = 32;
/** What the style sheet allows, too. */
const LEAST: Record<Side, number> = { width: 320, height: 180 };
const MOST: Record<Side, number> = { width: 0.5, height: 0.8 };

export function createEdge(pane: HTMLElement): HTMLElement {
  const edge = h('div', { class: 'edge', role: 'separator', tabindex: 0, 'data-testid': 'workshop-edge' });
  edge.setAttribute('aria-label', 'Size of the workshop');
  const side = (): Side => (BESIDE.matches ? 'width' : 'height');
  const tell = () => {
    edge.setAttribute('aria-orientation', BESIDE.matches ? 'vertical' : 'horizontal');
    edge.setAttribute('aria-valuemin', String(LEAST[side()]));
    edge.setAttribute('aria-valuemax', String(mostOf(side())));
    edge.setAttribute('aria-valuenow', String(Math.round(pane.getBoundingClientRect()[side()])));
  };
  const resize = (pixels: number) => {
    const size = Math.round(Math.min(mostOf(side()), Math.max(LEAST[side()], pixels)));
    memory.setWorkshopSize(side(), size);
    apply(side(), size);
    tell();
  };
  edge.addEventListener('pointerdown', (event) => {
    edge.setPointerCapture(event.pointerId);
    event.preventDefault();
    edge.focus();
  });
  edge.addEventListener('pointermove', (event) => {
    if (!edge.hasPointerCapture(event.pointerId)) return;
    const { right, bottom } = pane.getBoundingClientRect();
    resize(BESIDE.matches ? right - event.clientX : bottom - event.clientY);
  });
  edge.addEventListener('keydown', (event) => {
    const step = stepOf(event.key);
    if (step === 0) return;
    event.preventDefault();
    resize(pane.getBoundingClientRect()[side()] + step);
  });
  for (const one of ['width', 'height'] as const) apply(one, memory.workshopSize(one));
  BESIDE.addEventListener('change', tell);
  addEventListener('resize', tell);
  tell();
  return edge;
}

/** Each arrow moves the edge its own way; the pane lies to the right of it or below. */
function stepOf(key: string): number {
  const larger = BESIDE.matches ? 'ArrowLeft' : 'ArrowUp';
  const smaller = BESIDE.matches ? 'ArrowRight' : 'ArrowDown';
  return key === larger ? STEP : key === smaller ? -STEP : 0;
}

function mostOf(side: Side): number {
  return Math.round((side === 'width' ? innerWidth : innerHeight) * MOST[side]);
}

function apply(side: Side, pixels: number | undefined): void {
  if (pixels) document.documentElement.style.setProperty(`--workshop-${side}`, `${pixels}px`);
}
