/** Draws the page again when something has changed: once for many changes, and only what differs. */
import { render, type TemplateResult } from 'lit-html';

type Draw = () => TemplateResult;

let draw: Draw | undefined;
let root: HTMLElement | undefined;
let isQueued = false;

export function show(place: HTMLElement, drawn: Draw): void {
  root = place;
  draw = drawn;
  drawNow();
}

export function redraw(): void {
  if (isQueued) return;
  isQueued = true;
  queueMicrotask(() => {
    isQueued = false;
    drawNow();
  });
}

/** For those who need to see the result at once, such as whoever moves the focus. */
export function drawNow(): void {
  if (root && draw) render(draw(), root);
}

/** Puts the focus on what has come, or on the first that is there. */
export function focusOn(...selectors: string[]): void {
  drawNow();
  for (const selector of selectors) {
    const element = document.querySelector<HTMLElement>(selector);
    if (!element || element.closest('[hidden]')) continue;
    element.focus();
    return;
  }
}
