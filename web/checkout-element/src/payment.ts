/** The calls of a checkout: the two that the published cart client does not have, and the one read of the cart. */

/** `isPassing`: the same call may well succeed in a moment. */
export type Refusal = { readonly code: string; readonly message: string; readonly isPassing: boolean };
export type OpenAnswer = { readonly htmlSnippet: string } | { readonly refusal: Refusal };
export type ConfirmAnswer =
  | { readonly status?: unknown; readonly reason?: unknown }
  | { readonly refusal: Refusal };

export type CheckoutUrls = {
  readonly termsUrl: string;
  readonly checkoutUrl: string;
  readonly confirmationUrl: string;
};

export type Payment = {
  open: (urls: CheckoutUrls) => Promise<OpenAnswer>;
  confirm: () => Promise<ConfirmAnswer>;
};

/** The server itself waits for its turn and for Kustom, each up to ten seconds. */
const ANSWER_MS = 30_000;

export function createPayment(cartUrl: string): Payment {
  const url = `${cartUrl}/payment/kustom`;
  return {
    open: async (urls) => {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await post(url, { headers, body: JSON.stringify(urls) });
      if ('refusal' in answer) return answer;
      const { htmlSnippet } = answer.body as { htmlSnippet?: unknown };
      return typeof htmlSnippet === 'string' ? { htmlSnippet } : { refusal: unreadable(url) };
    },
    // No body and no content type: the documented call, which then needs no preflight.
    confirm: async () => {
      const answer = await post(`${url}/confirm`, {});
      return 'refusal' in answer ? answer : { ...answer.body };
    },
  };
}

export async function readCart(cartUrl: string): Promise<unknown> {
  return (await fetch(cartUrl)).json();
}

/** Whatever comes back is an answer. */
async function post(url: string, init: RequestInit): Promise<{ body: object } | { refusal: Refusal }> {
  try {
    const response = await fetch(url, { ...init, method: 'POST', signal: AbortSignal.timeout?.(ANSWER_MS) });
    const body: unknown = await response.json();
    const { error } = body as { error?: { code?: unknown; message?: unknown } };
    if (!error) return { body: body as object };
    const isPassing = response.status >= 500 || response.status === 429;
    return { refusal: { code: `${error.code}`, message: `${error.message}`, isPassing } };
  } catch {
    return { refusal: unreadable(url) };
  }
}

/** No answer, or one of somebody in between. Who was asked is what a developer needs to know. */
function unreadable(url: string): Refusal {
  return { code: 'UNREACHABLE', message: url, isPassing: true };
}
