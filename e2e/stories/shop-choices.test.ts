/** What a shopper chooses: language and market, colour and size, how many, and a discount. */
import { expect, test } from 'vitest';
import { cartClient, cartIn } from '../harness/carts';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();

test('the whole shop speaks the language that is chosen, and remembers it', async () => {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.url);
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  expect(await page.locator('.price').first().textContent()).toMatch(/^SEK\s1,299$/);
  await page.getByTestId('language-select').selectOption('sv');
  await page.getByRole('heading', { name: 'Löparsko Stride' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('sv');
  expect(await page.title()).toContain('Butik');
  expect(await page.locator('.price').first().textContent()).toMatch(/^1\s299\skr$/);

  // A cart that is begun in Swedish is paid for in Swedish, and the element says it in the page's language.
  await shopper.addToCart(page, 'BOOK-001');
  await shopper.goToCheckout(page);
  await shopper.kustom(page).getByText('Använd testperson').waitFor();
  const checkout = page.locator('kustom-checkout');
  expect(await checkout.getAttribute('locale')).toBe('sv');
  await page.getByTestId('language-select').selectOption('en');
  expect(await checkout.getAttribute('locale')).toBe('en');
  expect(await page.locator('#klarna-checkout-iframe').count()).toBe(1);
  await page.getByText('Continue shopping').waitFor();
  await page.reload();
  await page.getByText('Continue shopping').waitFor();
  expect(story.pageErrors).toEqual([]);
});

test('each market has its currency, its tax and a cart of its own', async () => {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'SH006-WHT-09');
  await page.getByTestId('profile-select').selectOption('de-webshop');
  expect(await page.getByTestId('product-baseline').locator('.price').textContent()).toBe('€84.90');
  await page.getByTestId('cart-count').waitFor({ state: 'hidden' });
  await page.getByTestId('profile-select').selectOption('se-b2b');
  await page.getByText('Prices exclude tax.').waitFor();
  await shopper.addToCart(page, 'SH006-WHT-09');
  await shopper.openCart(page);
  // 719.20, a quarter of it on top, and shipping with its own.
  expect(await shopper.totalOn(page)).toBe(Math.round((719.2 + 39.2) * 125));
  await page.keyboard.press('Escape');
  await page.getByTestId('profile-select').selectOption('se-webshop');
  await page.getByTestId('cart-count').getByText('1').waitFor();
});

test('colour and size choose what is put into the cart, several at a time', async () => {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.url);
  const card = page.getByTestId('product-stride');
  const before = await card.locator('img').getAttribute('src');
  await card.getByRole('radio', { name: 'Sea green' }).check({ force: true });
  await card.getByRole('radio', { name: '9' }).check({ force: true });
  expect(await card.locator('img').getAttribute('src')).not.toBe(before);
  expect(await card.locator('img').getAttribute('alt')).toBe('Stride running shoe, Sea green, 9');
  await card.getByRole('button', { name: 'One more' }).click();
  await shopper.addToCart(page, 'SH005-SEA-09');
  await shopper.openCart(page);
  expect(await page.getByTestId('quantity-SH005-SEA-09').inputValue()).toBe('2');
  await page.getByTestId('cart-item-SH005-SEA-09').getByText('Sea green, 9').waitFor();
});

test('what is sold out is said where it is refused, and what is scarce is not promised', async () => {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.url);
  const shoe = page.getByTestId('product-stride');
  await shoe.getByRole('radio', { name: 'Sea green' }).check({ force: true });
  await shoe.getByRole('radio', { name: '11' }).check({ force: true });
  await page.getByTestId('add-SH005-SEA-11').click();
  await page.getByTestId('problem-stride').getByText('It is sold out.').waitFor();
  expect(await page.getByTestId('add-SH005-SEA-11').getAttribute('aria-disabled')).toBe('true');

  const bag = page.getByTestId('product-tote');
  await bag.getByRole('radio', { name: 'Ink' }).check({ force: true });
  await shopper.addToCart(page, 'BAG-001-INK');
  await shopper.openCart(page);
  await page.getByTestId('increase-BAG-001-INK').click();
  await page.getByTestId('increase-BAG-001-INK').click();
  await page.getByTestId('cart-problem').getByText('There are not that many left.').waitFor();
  await expect.poll(() => page.getByTestId('quantity-BAG-001-INK').inputValue()).toBe('2');
});

test('a discount is entered, refused, shown and taken back in the drawer', async () => {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'BOOK-001');
  await shopper.openCart(page);
  await page.getByTestId('cart-hints').waitFor();
  const before = await shopper.totalOn(page);
  await page.getByTestId('coupon-code').fill('NOPE');
  await page.getByTestId('coupon-add').click();
  await page.getByTestId('coupon-problem').getByText('There is no such code.').waitFor();
  expect(await page.getByTestId('coupon-code').getAttribute('aria-invalid')).toBe('true');
  await page.getByTestId('coupon-code').fill('summer2026');
  await page.getByTestId('coupon-add').click();
  await page.getByTestId('remove-coupon-SUMMER2026').waitFor();
  expect(await shopper.totalOn(page)).toBe(before - 2490);
  await page.getByRole('dialog').getByText('Ten percent off').waitFor();
  await page.getByTestId('remove-coupon-SUMMER2026').click();
  await page.getByTestId('remove-coupon-SUMMER2026').waitFor({ state: 'detached' });
  expect(await shopper.totalOn(page)).toBe(before);
});

test('a discount beside the open iframe locks it, and what is shown is what Kustom asks for', async () => {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'SH005-BLK-10');
  const cartId = await shopper.goToCheckout(page);
  await shopper.kustom(page).getByTestId('kco-total').waitFor();
  const seenStates = await shopper.recordSyncStates(page);
  await page.getByTestId('coupon-code').fill('SUMMER2026');
  await page.getByTestId('coupon-add').click();
  await page.getByTestId('remove-coupon-SUMMER2026').waitFor();
  await shopper.untilSyncState(page, 'open');
  expect(await seenStates()).toEqual(['open', 'suspended', 'open']);
  const cart = cartIn(await cartClient(kassa.url).getCart(cartId));
  expect(await shopper.totalOn(page)).toBe(Math.round(cart.orderTotal * 100));
  expect(story.pageErrors).toEqual([]);
});

test('another tab’s change is seen when the shopper comes back', async () => {
  const { page, context, kassa } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'FOOD-001');
  const other = await context.newPage();
  await shopper.openShop(other, kassa.url);
  await shopper.addToCart(other, 'BOOK-001');
  await page.bringToFront();
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await page.getByTestId('cart-count').getByText('2').waitFor();
});
