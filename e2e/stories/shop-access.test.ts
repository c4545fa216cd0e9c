/** Everybody can buy: by keyboard alone, by ear, in the dark, and on a small phone. */
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { findings } from '../harness/axe';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory({ reducedMotion: 'reduce' });

const SCREENS = [
  { name: 'desktop', width: 1280, height: 800 },
  { name: 'phone', width: 320, height: 640 },
];
const LOOKS = SCREENS.flatMap((screen) =>
  (['light', 'dark'] as const).map((scheme) => ({ ...screen, scheme, title: `${screen.name}, ${scheme}` })),
);

/** The pane beside the shop has stories of its own. */
beforeEach(() =>
  story.context.addInitScript(() => {
    localStorage.setItem('kassa-playground:workshop', 'closed');
  }),
);

/** Wider than the screen means that something has to be moved sideways. */
async function widthOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth);
}

async function show(name: string): Promise<void> {
  const folder = process.env.SHOW;
  if (folder) await story.page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

describe.each(LOOKS)('$title', ({ width, height, scheme, title }) => {
  const check = async (name: string) => {
    const { page } = story;
    expect(await findings(page), name).toEqual([]);
    expect(await widthOf(page), name).toBeLessThanOrEqual(width);
    await show(`${name}-${title}`);
  };

  test('axe finds nothing on any page, and nothing is cut off', async () => {
    const { page, kassa } = story;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await shopper.openShop(page, kassa.url);
    await shopper.addToCart(page, 'BOOK-001');
    await check('shop');

    await shopper.openCart(page);
    await page.getByTestId('coupon-code').fill('NOPE');
    await page.getByTestId('coupon-add').click();
    await page.getByTestId('coupon-problem').waitFor();
    await check('cart');

    await shopper.goToCheckout(page);
    await shopper.kustom(page).getByTestId('kco-total').waitFor();
    await check('checkout');
    await shopper.unfoldSummary(page);
    await check('checkout-unfolded');

    await shopper.fillInTestPerson(page);
    await shopper.pay(page);
    const number = await shopper.orderNumberOn(page);
    await page.getByTestId('order-deliveries').waitFor();
    await check('confirmation');
    await page.getByTestId('cancel-order').click();
    await check('question');

    const email = (await page.getByTestId('order-email').textContent()) ?? '';
    await page.goto(`${kassa.url}/orders`);
    await page.getByTestId('look-up').click();
    await check('look-up');
    await page.getByTestId('look-up-reference').fill(number);
    await page.getByTestId('look-up-email').fill(email);
    await page.getByTestId('look-up').click();
    await shopper.orderNumberOn(page);
    await check('order');

    for (const [name, path] of [
      ['terms', '/terms'],
      ['unknown', '/checkout?cart=none'],
      ['no-order', '/confirmation'],
    ] as const) {
      await page.goto(`${kassa.url}${path}`);
      await page.locator('main h1').waitFor();
      await check(name);
    }
  });
});

/** Presses Tab until the focus is there, in the page or in Kustom's form. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    for (const frame of page.frames()) {
      const isThere = await frame.evaluate((wanted) => document.activeElement?.matches(wanted), selector);
      if (isThere) return;
    }
  }
  throw new Error(`${selector} is not reached by keyboard`);
}

test('a purchase needs no mouse, and the focus is always somewhere sensible', async () => {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.url);
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').getAttribute('href')).toBe('#main');
  await tabTo(page, '[data-testid="choose-stride-10"]');
  await page.keyboard.press('ArrowRight');
  await tabTo(page, '[data-testid="add-SH005-BLK-11"]');
  await page.keyboard.press('Enter');
  await page.getByTestId('toast').getByText('is in the cart').waitFor();
  await tabTo(page, '[data-testid="add-BOOK-001"]');
  await page.keyboard.press('Enter');
  await tabTo(page, '[data-testid="toast"] button');
  await page.keyboard.press('Enter');

  // In the drawer: a removed line hands the focus to its neighbour, Escape gives it back.
  const drawer = page.getByRole('dialog');
  await drawer.waitFor();
  expect(await drawer.locator(':focus').count()).toBe(1);
  await tabTo(page, '[data-testid="remove-SH005-BLK-11"]');
  await page.keyboard.press('Enter');
  expect(await page.locator(':focus').getAttribute('data-testid')).toBe('remove-BOOK-001');
  await page.getByTestId('cart-item-SH005-BLK-11').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
  await tabTo(page, '[data-testid="open-cart"]');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  expect(await page.locator(':focus').getAttribute('data-testid')).toBe('open-cart');
  await page.keyboard.press('Enter');

  await tabTo(page, '[data-testid="coupon-code"]');
  await page.keyboard.type('nope');
  await page.keyboard.press('Enter');
  await page.getByTestId('coupon-problem').getByText('There is no such code').waitFor();
  expect(await page.locator(':focus').getAttribute('data-testid')).toBe('coupon-code');
  await tabTo(page, '[data-testid="go-to-checkout"]');
  await page.keyboard.press('Enter');

  await shopper.untilSyncState(page, 'open');
  await shopper.kustom(page).getByTestId('kco-total').waitFor();
  await tabTo(page, '[data-testid="kco-test-person"]');
  await page.keyboard.press('Enter');
  await tabTo(page, '[data-testid="kco-buy"]');
  await page.keyboard.press('Enter');
  await shopper.orderNumberOn(page);
  expect(await page.locator(':focus').getAttribute('id')).toBe('order-title');
  expect(story.pageErrors).toEqual([]);
});
