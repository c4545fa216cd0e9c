/** The server: the published cart client, and `fetch` for the two payment calls that the client does not have. */
import { createCartClient } from '@hantera/storefront-sdk/cart';

/** The playground is served by the server it talks to. */
const baseUrl = location.origin;

export const client = createCartClient({ baseUrl });

export type InitAnswer = { htmlSnippet: string } | { problem: string };
export type ConfirmAnswer = { status: string; reason?: string } | { problem: string };

export async function initKustom(cartId: string): Promise<InitAnswer> {
  const origin = location.origin;
  const cart = encodeURIComponent(cartId);
  const body = {
    termsUrl: `${origin}/terms`,
    checkoutUrl: `${origin}/checkout?cart=${cart}`,
    confirmationUrl: confirmationUrl(cartId),
  };
  const answer = await post(`${paymentUrl(cartId)}`, {
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const problem = problemOf(answer);
  if (problem) return { problem };
  const { htmlSnippet } = answer as { htmlSnippet?: unknown };
  return typeof htmlSnippet === 'string' ? { htmlSnippet } : { problem: 'The server sent no checkout.' };
}

/** Where Kustom sends the shopper back. It fills in the placeholder itself, so its braces must stay bare. */
export function confirmationUrl(cartId: string): string {
  const cart = encodeURIComponent(cartId);
  return `${location.origin}/confirmation?redirect_status=succeeded&cart=${cart}&kustom_order={checkout.order.id}`;
}

/** No body and no content type: the documented call, which then needs no preflight either. */
export async function confirmKustom(cartId: string): Promise<ConfirmAnswer> {
  const answer = await post(`${paymentUrl(cartId)}/confirm`, {});
  const problem = problemOf(answer);
  if (problem) return { problem };
  const { status, reason } = answer as { status?: unknown; reason?: unknown };
  return {
    status: typeof status === 'string' ? status : 'unknown',
    ...(typeof reason === 'string' && { reason }),
  };
}

function paymentUrl(cartId: string): string {
  return `${baseUrl}/ingress/commerce/carts/${encodeURIComponent(cartId)}/payment/kustom`;
}

async function post(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, { ...init, method: 'POST' });
  return response.json();
}

function problemOf(answer: unknown): string | undefined {
  const error = (answer as { error?: { message?: unknown } } | null)?.error;
  if (!error) return undefined;
  return typeof error.message === 'string' && error.message ? error.message : 'The server refused.';
}
