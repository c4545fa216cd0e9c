/** What a shopper does on the playground, one hand movement each. */
import type { FrameLocator, Page } from 'playwright-core';

export async function openShop(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByTestId('profile-select').waitFor();
}

export async function addToCart(page: Page, productNumber: string): Promise<void> {
  await page.getByTestId(`add-${productNumber}`).click();
  await page.getByTestId(`cart-item-${productNumber}`).waitFor();
}

/** Goes to the checkout and says which cart it is for. */
export async function goToCheckout(page: Page): Promise<string> {
  await page.getByTestId('go-to-checkout').click();
  await page.waitForURL((url) => url.pathname === '/checkout');
  await untilSyncState(page, 'open');
  const cartId = new URL(page.url()).searchParams.get('cart');
  if (!cartId) throw new Error(`no cart in ${page.url()}`);
  return cartId;
}

export function kustom(page: Page): FrameLocator {
  return page.frameLocator('#klarna-checkout-iframe');
}

export async function fillInTestPerson(page: Page): Promise<void> {
  await kustom(page).getByTestId('kco-test-person').click();
}

export async function pay(page: Page): Promise<void> {
  await kustom(page).getByTestId('kco-buy').click();
}

export async function untilSyncState(page: Page, state: string): Promise<void> {
  await page.locator(`[data-testid="sync-state"][data-state="${state}"]`).waitFor({ state: 'attached' });
}

export async function orderNumberOn(page: Page): Promise<string> {
  await page.getByTestId('confirmation').waitFor();
  return (await page.getByTestId('order-number').textContent()) ?? '';
}

/** The total on the page, in minor units. Every currency of the demo has two decimals. */
export async function totalOn(page: Page): Promise<number> {
  return Math.round(Number(await page.getByTestId('cart-total').getAttribute('data-amount')) * 100);
}

/**
 * Notes every state that the page shows from now on. A suspension may be over in a few hundred milliseconds,
 * which is too short to be looked for and long enough to be seen.
 */
export async function recordSyncStates(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const element = document.querySelector<HTMLElement>('[data-testid="sync-state"]');
    const seen: string[] = [];
    Object.assign(window, { seenSyncStates: seen });
    if (!element) return;
    const note = () => {
      const state = element.dataset.state ?? '';
      if (seen.at(-1) !== state) seen.push(state);
    };
    new MutationObserver(note).observe(element, { attributeFilter: ['data-state'] });
    note();
  });
  return () => page.evaluate(() => (window as unknown as { seenSyncStates: string[] }).seenSyncStates);
}
