/** Everybody can use the form: by keyboard alone, by ear, and on a small phone. */
import axe from 'axe-core';
import type { Frame } from 'playwright-core';
import { expect, test } from 'vitest';
import { bank, form, openForm, payWithTestPerson, suspend, useFormStory } from '../harness/form-story';

const story = useFormStory();

const POST = {
  id: 'post',
  name: 'Post',
  price: 4900,
  tax_amount: 980,
  tax_rate: 2500,
  description: 'Two days',
};
const EVERYTHING = {
  shipping_options: [POST, { ...POST, id: 'home', name: 'Home', price: 9900, tax_amount: 1980 }],
  billing_countries: ['SE', 'NO'],
  options: {
    allowed_customer_types: ['person', 'organization'],
    allow_separate_shipping_address: true,
    additional_checkboxes: [
      { id: 'age', text: 'I am of [age](https://shop.example)', checked: false, required: true },
    ],
    additional_merchant_terms: 'See [our rules](https://shop.example/rules)',
  },
};

function frameNamed(name: string): Frame {
  const frame = story.page.frame({ name });
  if (!frame) throw new Error(`no frame ${name}`);
  return frame;
}

/** What axe finds wrong in one frame, in words that say where. */
async function findings(name: string): Promise<string[]> {
  const frame = frameNamed(name);
  await frame.evaluate(axe.source);
  return frame.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
}

const CHECKOUT = 'klarna-checkout-iframe';

test('axe finds nothing in the form, also with everything wrong in it', async () => {
  const { page } = story;
  await openForm(story, EVERYTHING);
  expect(await findings(CHECKOUT)).toEqual([]);
  await form(page).getByLabel('Organisation', { exact: true }).check();
  await form(page).getByText('Deliver to another address').click();
  await form(page).getByTestId('kco-buy').click();
  await form(page).getByText('Please check the marked fields.').waitFor();
  expect(await findings(CHECKOUT)).toEqual([]);
  await showPicture('errors');
});

test('axe finds nothing in a suspended form, at the bank and on the confirmation', async () => {
  const { page } = story;
  await openForm(story);
  await suspend(page, { autoResume: { enabled: false } });
  expect(await findings(CHECKOUT)).toEqual([]);
  await showPicture('suspended');
  await openForm(story);
  await form(page).locator('input[name=payment_method][value=card]').check();
  await payWithTestPerson(page);
  await bank(page).getByTestId('kco-bank-approve').waitFor();
  expect(await findings('klarna-fullscreen-iframe')).toEqual([]);
  await showPicture('bank');
  await bank(page).getByTestId('kco-bank-approve').click();
  await page.waitForURL((url) => url.pathname === '/confirmation');
  await form(page).locator('#notice.done').waitFor();
  expect(await findings(CHECKOUT)).toEqual([]);
  await showPicture('confirmation');
});

test('every field has a label, and its complaint is read out with it', async () => {
  const { page } = story;
  await openForm(story, EVERYTHING);
  await form(page).getByTestId('kco-buy').click();
  for (const name of [
    'E-mail',
    'Postal code',
    'First name',
    'Last name',
    'Street and number',
    'City',
    'Phone',
  ]) {
    const field = form(page).getByLabel(name, { exact: true }).first();
    const described = (await field.getAttribute('aria-describedby')) ?? '';
    expect(await field.getAttribute('aria-invalid'), name).toBe('true');
    expect(await form(page).locator(`[id="${described}"]`).textContent(), name).toBe('Please fill in');
  }
  await form(page).getByLabel('E-mail').fill('nobody');
  await form(page).getByTestId('kco-buy').click();
  expect(await form(page).locator('[id=email-error]').textContent()).toBe('Please check this');
  expect(await form(page).locator(':focus').getAttribute('name')).toBe('email');
});

/** Presses Tab until the cursor is there, and says what it came by. */
async function tabTo(selector: string): Promise<string[]> {
  const passed: string[] = [];
  const frame = frameNamed(CHECKOUT);
  for (let presses = 0; presses < 40; presses += 1) {
    await story.page.keyboard.press('Tab');
    const isThere = await frame.evaluate(
      (wanted) => document.activeElement?.matches(wanted) ?? false,
      selector,
    );
    passed.push(await frame.evaluate(() => (document.activeElement as HTMLInputElement | null)?.name ?? ''));
    if (isThere) return passed;
  }
  throw new Error(`${selector} is not reached by keyboard: ${passed.join(', ')}`);
}

test('a purchase needs no mouse, from the first field to the bank', async () => {
  const { page } = story;
  await openForm(story, EVERYTHING);
  const typed = {
    email: 'anna@example.com',
    postal_code: '11122',
    given_name: 'Anna',
    family_name: 'Ek',
    street_address: 'Storgatan 1',
    city: 'Stockholm',
    phone: '+46701234567',
  };
  for (const [name, value] of Object.entries(typed)) {
    const passed = await tabTo(`[name=${name}]`);
    // The cursor goes where the eye goes: nothing that was filled in comes again.
    if (name !== 'email') expect(passed).toEqual([name]);
    await page.keyboard.type(value);
  }
  await tabTo('[name=shipping_option]');
  await page.keyboard.press('ArrowDown');
  await form(page).locator('[name=shipping_option][value=home]:checked').waitFor();
  // The options were written anew, and the cursor is still among them.
  await expect.poll(() => form(page).locator(':focus').getAttribute('value')).toBe('home');
  await tabTo('[name=payment_method]');
  await page.keyboard.press('ArrowDown');
  await tabTo('[name="additional_checkbox.age"]');
  await page.keyboard.press('Space');
  await tabTo('#buy');
  await page.keyboard.press('Enter');

  await bank(page).getByTestId('kco-bank-approve').waitFor();
  await expect.poll(() => bank(page).locator(':focus').getAttribute('id')).toBe('title');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === '/confirmation');
  expect(story.pageErrors).toEqual([]);
});

test('on the narrowest phone nothing is cut off and nothing has to be moved sideways', async () => {
  const { page } = story;
  await page.setViewportSize({ width: 320, height: 640 });
  await openForm(story, { ...EVERYTHING, locale: 'fi-FI' });
  await form(page).locator('#receiver-wanted').check();
  await form(page).getByTestId('kco-buy').click();
  const tooWide = await frameNamed(CHECKOUT).evaluate(() => {
    const { clientWidth } = document.documentElement;
    const isShown = (element: Element) => element.getClientRects().length > 0 && !element.closest('.unseen');
    const all = [...document.querySelectorAll('main *')].filter(isShown);
    return all
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 0.5)
      .map(({ outerHTML }) => outerHTML);
  });
  expect(tooWide).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  await showPicture('phone-320');
});

test('the page grows with the form, which never scrolls by itself', async () => {
  const { page } = story;
  await openForm(story, EVERYTHING);
  await form(page).locator('#receiver-wanted').check();
  const heights = async () => {
    const inside = await frameNamed(CHECKOUT).evaluate(() => document.documentElement.scrollHeight);
    return inside - ((await page.locator(`#${CHECKOUT}`).boundingBox())?.height ?? 0);
  };
  await expect.poll(heights).toBeLessThanOrEqual(1);
});

/** For those who want to see what the stories see: `SHOW=folder`. */
async function showPicture(name: string): Promise<void> {
  const folder = process.env.SHOW;
  if (folder) await story.page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
