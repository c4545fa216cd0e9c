/** The form and the page around it: the page's own say in a purchase, other origins, policies, and several mounts. */
import { expect, test } from 'vitest';
import {
  createOrder,
  form,
  openForm,
  payWithTestPerson,
  untilOpen,
  useFormStory,
} from '../harness/form-story';

const story = useFormStory();

type Answer = { should_proceed: boolean; message?: string };
type Asked = { asked: unknown[]; checkout: { on: (listeners: Record<string, unknown>) => void } };

/** The shop's page answers `validation_callback`, or keeps silent. */
async function answerPurchases(answer?: Answer): Promise<void> {
  await story.page.evaluate((given) => {
    const page = window as unknown as Asked;
    page.asked = [];
    page.checkout.on({
      validation_callback: (data: unknown, callback: (answer: Answer) => void) => {
        page.asked.push(data);
        if (given) callback(given);
      },
    });
  }, answer);
}

const asked = () => story.page.evaluate(() => (window as unknown as Asked).asked);
const confirmed = () => story.page.waitForURL((url) => url.pathname === '/confirmation');
const ASKS = { options: { require_client_validation: true } };
const NEEDS = {
  options: { require_client_validation: true, require_client_validation_callback_response: true },
};

test('a page that lets the purchase proceed is asked once', async () => {
  await openForm(story, ASKS);
  const { shop, context, page } = story;
  await context.route(`${shop.url}/confirmation**`, (route) => route.fulfill({ status: 204 }));
  await answerPurchases({ should_proceed: true });
  await payWithTestPerson(page);
  await form(page).locator('#notice.done').waitFor();
  expect(await asked()).toEqual([expect.objectContaining({ postal_code: '12345', country: 'swe' })]);
});

test('a page that stops the purchase says why, and nothing is bought', async () => {
  const { page, emulator } = story;
  const orderId = await openForm(story, ASKS);
  await answerPurchases({ should_proceed: false, message: 'Choose a <i>size</i> first.' });
  await payWithTestPerson(page);
  await form(page).getByRole('alert').filter({ hasText: 'Choose a <i>size</i> first.' }).waitFor();
  expect((await emulator.order(orderId)).state).toBe('open');
});

test('a page that is not asked has no say', async () => {
  await openForm(story);
  await answerPurchases({ should_proceed: false });
  await payWithTestPerson(story.page);
  await confirmed();
});

test('a page without a listener does not stop the purchase', async () => {
  await openForm(story, ASKS);
  await payWithTestPerson(story.page);
  await confirmed();
});

test('where the answer is needed, a page without a listener does stop it', async () => {
  const { page, emulator } = story;
  const orderId = await openForm(story, NEEDS);
  await payWithTestPerson(page);
  await form(page).getByRole('alert').filter({ hasText: 'did not answer' }).waitFor();
  expect((await emulator.order(orderId)).state).toBe('open');
});

for (const [members, how] of [
  [ASKS, 'goes on'],
  [NEEDS, 'stops'],
] as const) {
  test(`after ten seconds of silence the purchase ${how}`, async () => {
    const { page } = story;
    await page.clock.install();
    await openForm(story, members);
    await answerPurchases();
    await payWithTestPerson(page);
    await expect.poll(asked).toHaveLength(1);
    await page.clock.fastForward(10_000);
    if (how === 'goes on') await confirmed();
    else await form(page).getByRole('alert').filter({ hasText: 'did not answer' }).waitFor();
  });
}

test('the recommended policy lets everything through and nothing else is needed', async () => {
  const { page, shop, emulatorUrl } = story;
  expect(new URL(shop.url).origin).not.toBe(new URL(emulatorUrl).origin);
  await openForm(story);
  await payWithTestPerson(page);
  await confirmed();
  await form(page).locator('#notice.done').waitFor();
  expect(story.pageErrors).toEqual([]);
});

test('a snippet that is mounted twice makes one form, which still speaks to the page', async () => {
  const { page } = story;
  const orderId = await createOrder(story);
  await page.goto(`${story.shop.url}/mounts?order=${orderId}`);
  const mount = () => page.evaluate(() => (window as unknown as { mount: () => void }).mount());
  // Twice in a row, as a framework does that tries its components out, and once more with everything in place.
  await page.evaluate(() => {
    const { mount } = window as unknown as { mount: () => void };
    mount();
    mount();
  });
  await untilOpen(page);
  await mount();
  await untilOpen(page);
  expect(await page.locator('iframe').count()).toBe(1);
  await payWithTestPerson(page);
  await confirmed();
  expect(story.pageErrors).toEqual([]);
});

test('every event is heard once, however often the snippet was mounted', async () => {
  const { page } = story;
  const orderId = await createOrder(story, {
    options: { additional_checkbox: { text: 'Yes', checked: false, required: false } },
  });
  await page.goto(`${story.shop.url}/mounts?order=${orderId}`);
  for (let times = 0; times < 3; times += 1) {
    await page.evaluate(() => (window as unknown as { mount: () => void }).mount());
    await untilOpen(page);
  }
  await form(page).getByLabel('Yes').check();
  const heard = () => page.evaluate(() => (window as unknown as { heard: { name: string }[] }).heard);
  await expect
    .poll(async () => (await heard()).filter(({ name }) => name === 'checkbox_change'))
    .toHaveLength(1);
});

test('a frame beside the form is not believed to be the shop', async () => {
  const { page } = story;
  await openForm(story);
  await page.evaluate(() => document.body.append(document.createElement('iframe')));
  const stranger = page.frames().find((frame) => frame.parentFrame() && frame.name() === '');
  await stranger?.evaluate(() => {
    const form = window.parent.frames['klarna-checkout-iframe' as unknown as number];
    form?.postMessage({ kustomEmulator: 'suspend' }, '*');
  });
  // Were it believed, nothing could be pressed any more.
  await payWithTestPerson(page);
  await confirmed();
  expect(stranger).toBeDefined();
});
