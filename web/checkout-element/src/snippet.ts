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

/** Kustom's script looks for its container in the whole page, and there is one for all: a second would break both. */
export function whyNotIn(container: HTMLElement): string | undefined {
  if (!document.contains(container)) return 'NOT_IN_PAGE';
  const other = document.getElementById('klarna-checkout-container');
  return other && !container.contains(other) ? 'SECOND_CHECKOUT' : undefined;
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
/** Twenty seconds: a script that loads slowly has not been blocked. */
const LOOKS = 200;

/** The snippet itself only queues what it is told. The iframe shows that nobody has blocked the script behind it. */
export async function isKustomThere(
  container: HTMLElement,
  wait: (ms: number) => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  for (let look = 0; look < LOOKS && !signal.aborted; look += 1) {
    if (container.querySelector('iframe')) return true;
    await wait(LOOK_MS);
  }
  return false;
}
