/** Kustom's snippet on the page, and the way to talk to the iframe it makes. */

export type KustomApi = {
  suspend: (options?: { autoResume: { enabled: boolean } }) => void;
  resume: () => void;
  on: (handlers: Record<string, (data: unknown) => void>) => void;
};

declare global {
  interface Window {
    _klarnaCheckout?: (callback: (api: KustomApi) => void) => void;
  }
}

/** Scripts that arrive by innerHTML never run; a fresh copy in the same place does. */
export function renderSnippet(container: HTMLElement, htmlSnippet: string): void {
  container.innerHTML = htmlSnippet;
  for (const old of container.querySelectorAll('script')) {
    const copy = document.createElement('script');
    for (const { name, value } of old.attributes) copy.setAttribute(name, value);
    copy.textContent = old.textContent;
    old.replaceWith(copy);
  }
}

/** Runs `use` with the iframe's interface. Nothing happens when the snippet has not defined it. */
export function withKustom(use: (api: KustomApi) => void): void {
  window._klarnaCheckout?.(use);
}

/** The origin that serves Kustom's script: here the emulator, whose inspector is its first page. */
export function scriptOrigin(container: HTMLElement): string | undefined {
  for (const element of container.querySelectorAll<HTMLScriptElement | HTMLIFrameElement>('[src]')) {
    const url = URL.parse(element.src, location.href);
    if (url && url.origin !== location.origin && url.protocol.startsWith('http')) return url.origin;
  }
  return undefined;
}
