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

/** Scripts that arrive by innerHTML never run; those of a fragment do, if the page's policy trusts them. */
export function renderSnippet(container: HTMLElement, htmlSnippet: string, nonce?: string): void {
  const fragment = document.createRange().createContextualFragment(htmlSnippet);
  // Before they are in the page, for that is when the policy looks. Kustom's own snippet brings a style sheet as well.
  if (nonce)
    for (const element of fragment.querySelectorAll<HTMLElement>('script,style')) element.nonce = nonce;
  container.replaceChildren(fragment);
}

/** Runs `use` with the iframe's interface. Nothing happens when the snippet has not defined it. */
export function withKustom(use: (api: KustomApi) => void): void {
  window._klarnaCheckout?.(use);
}

const LOOK_MS = 100;
/** Twenty seconds: a script that loads slowly has not been blocked. */
const LOOKS = 200;

/**
 * The snippet itself only queues what it is told. The iframe shows that nobody has blocked the script behind it, and
 * is waited for beyond the time when it is missed: on a poor network it comes all the same.
 */
export async function untilKustomIsThere(
  container: HTMLElement,
  wait: (ms: number) => Promise<void>,
  signal: AbortSignal,
  onMissed: () => void,
): Promise<void> {
  for (let look = 0; !signal.aborted && !container.querySelector('iframe'); look += 1) {
    if (look === LOOKS) onMissed();
    await wait(LOOK_MS);
  }
}
