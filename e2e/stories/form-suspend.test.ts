/** Suspend and resume: nothing gets through in between, and everything is as the merchant wants it after. */
import { expect, test } from 'vitest';
import {
  cartOf,
  form,
  heardBy,
  openForm,
  resume,
  suspend,
  untilOpen,
  updateOrder,
  useFormStory,
} from '../harness/form-story';

const story = useFormStory();

const isPaid = async (orderId: string) => (await story.emulator.order(orderId)).state === 'complete';

async function callsOf(orderId: string): Promise<string[]> {
  const paths = (await story.emulator.requests()).map(({ request }) => request.path);
  return paths.filter((path) => path.startsWith(`/browser/orders/${orderId}/`));
}

test('a suspended form takes neither click nor key nor submit', async () => {
  const { page } = story;
  const orderId = await openForm(story);
  await form(page).getByTestId('kco-test-person').click();
  await expect.poll(() => callsOf(orderId)).toHaveLength(1);
  await form(page).locator('[name=email]').focus();
  await suspend(page, { autoResume: { enabled: false } });
  const heard = (await heardBy(page)).length;

  await page.keyboard.type('x');
  await page.keyboard.press('Enter');
  await form(page)
    .getByTestId('kco-buy')
    .click({ force: true, timeout: 1000 })
    .catch(() => undefined);
  await form(page)
    .locator('#form')
    .evaluate((element) => (element as HTMLFormElement).requestSubmit());
  await form(page)
    .locator('#buy')
    .evaluate((element) => (element as HTMLButtonElement).click());
  expect(await form(page).locator('[name=email]').inputValue()).toBe('Testperson-se@kustom.co');

  // What had got through would have come before the answer to this.
  await resume(page);
  await untilOpen(page);
  expect(await isPaid(orderId)).toBe(false);
  expect(await callsOf(orderId)).toHaveLength(1);
  expect((await heardBy(page)).length).toBe(heard);
});

test('a resume shows what the merchant has changed before anything can be pressed', async () => {
  const { page } = story;
  const orderId = await openForm(story);
  await form(page).locator('[name=city]').fill('Visby');
  await form(page).locator('[name=phone]').focus();
  await suspend(page);
  await updateOrder(story, orderId, { ...cartOf(2), locale: 'sv-SE' });
  await resume(page);
  await untilOpen(page);
  expect(await form(page).getByTestId('kco-total').textContent()).toContain('200');
  expect(await form(page).locator('label[for=city]').textContent()).toBe('Ort');
  // What was typed stays, and so does the cursor.
  expect(await form(page).locator('[name=city]').inputValue()).toBe('Visby');
  await expect.poll(() => form(page).locator(':focus').getAttribute('name')).toBe('phone');
});

test('a suspended form wakes up by itself after ten seconds', async () => {
  const { page } = story;
  await page.clock.install();
  const orderId = await openForm(story);
  await suspend(page);
  await updateOrder(story, orderId, cartOf(2));
  await page.clock.fastForward(10_000);
  await untilOpen(page);
  expect(await form(page).getByTestId('kco-total').textContent()).toContain('200');
});

test('with autoResume off it sleeps until it is woken', async () => {
  const { page } = story;
  await page.clock.install();
  await openForm(story);
  await suspend(page, { autoResume: { enabled: false } });
  await page.clock.fastForward(60_000);
  expect(await form(page).locator('main').getAttribute('inert')).toBe('');
  await resume(page);
  await untilOpen(page);
});

test('a second suspend begins the ten seconds anew', async () => {
  const { page } = story;
  await page.clock.install();
  await openForm(story);
  await suspend(page);
  await page.clock.fastForward(9_000);
  await suspend(page);
  await page.clock.fastForward(9_000);
  expect(await form(page).locator('main').getAttribute('inert')).toBe('');
  await page.clock.fastForward(1_000);
  await untilOpen(page);
});
