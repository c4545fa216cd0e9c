/** Kustom's snippet on the page, and the way to talk to the iframe that it makes. */

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

/** Scripts that arrive by innerHTML never run; a fresh copy in the same place does, if the page's policy trusts it. */
export function renderSnippet(container: HTMLElement, htmlSnippet: string, nonce?: string): void {
  container.innerHTML = htmlSnippet;
  for (const old of container.querySelectorAll('script')) {
    const copy = document.createElement('script');
    for (const { name, value } of old.attributes) copy.setAttribute(name, value);
    if (nonce) copy.nonce = nonce;
    copy.textContent = old.textContent;
    old.replaceWith(copy);
  }
}

/** Runs `use` with the iframe's interface. Nothing happens when the snippet has not defined it. */
export function withKustom(use: (api: KustomApi) => void): void {
  window._klarnaCheckout?.(use);
}

const LOOK_MS = 100;
const LOOKS = 100;

/** The snippet defines the interface at once, or from a script that it loads, or never, where a policy forbids it. */
export async function isKustomThere(wait: (ms: number) => Promise<void>): Promise<boolean> {
  for (let look = 0; look < LOOKS; look += 1) {
    if (typeof window._klarnaCheckout === 'function') return true;
    await wait(LOOK_MS);
  }
  return false;
}
