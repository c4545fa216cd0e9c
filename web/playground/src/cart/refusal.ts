/** Why something was not done, as a code that has a text in both languages. */
import { isCartErrors } from '@hantera/storefront-sdk/cart';

/** Of what was thrown: the checkout throws its own codes, the network none. */
export function codeOf(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'UNREACHABLE';
}

export type Answered<T> = { readonly value: T } | { readonly code: string };

/** One call of the cart client: its answer, or the code of whatever went wrong. */
export async function attempt<T>(call: () => Promise<T>): Promise<Answered<Exclude<T, { errors: unknown }>>> {
  try {
    const answer = await call();
    if (isCartErrors(answer)) return { code: answer.errors[0]?.code ?? 'other' };
    return { value: answer as Exclude<T, { errors: unknown }> };
  } catch (thrown) {
    return { code: codeOf(thrown) };
  }
}
