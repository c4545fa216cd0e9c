/** What a shopper does on the playground, one hand movement each. */
import type { FrameLocator, Page } from 'playwright-core';

export async function openShop(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByTestId('profile-select').waitFor();
}

/** Adds one, of the variant that is chosen. */
export async function addToCart(page: Page, productNumber: string): Promise<void> {
  const button = page.getByTestId(`add-${productNumber}`);
  await button.click();
  await page.locator(`[data-testid="add-${productNumber}"][data-state="added"]`).waitFor();
}

export async function openCart(page: Page): Promise<void> {
  await page.getByTestId('open-cart').click();
  await page.getByRole('dialog').waitFor();
}

/** Goes to the checkout and says which cart it is for. */
export async function goToCheckout(page: Page): Promise<string> {
  if (!(await page.getByTestId('go-to-checkout').isVisible())) await openCart(page);
  await page.getByTestId('go-to-checkout').click();
  await page.waitForURL((url) => url.pathname === '/checkout');
  await untilSyncState(page, 'open');
  const cartId = new URL(page.url()).searchParams.get('cart');
  if (!cartId) throw new Error(`no cart in ${page.url()}`);
  return cartId;
}

/** On a phone the order beside the checkout is folded until somebody wants to see it. */
export async function unfoldSummary(page: Page): Promise<void> {
  const summary = page.locator('[data-testid="summary"]:not([open]) > summary');
  if (await summary.isVisible()) await summary.click();
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

/** What the checkout element is in, by the attribute that it shows to style sheets. */
export async function untilSyncState(page: Page, phase: string): Promise<void> {
  await page.locator(`kustom-checkout[phase="${phase}"]`).waitFor({ state: 'attached' });
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
    const element = document.querySelector('kustom-checkout');
    const seen: string[] = [];
    Object.assign(window, { seenSyncStates: seen });
    if (!element) return;
    const note = () => {
      const phase = element.getAttribute('phase') ?? '';
      if (seen.at(-1) !== phase) seen.push(phase);
    };
    new MutationObserver(note).observe(element, { attributeFilter: ['phase'] });
    note();
  });
  return () => page.evaluate(() => (window as unknown as { seenSyncStates: string[] }).seenSyncStates);
}
