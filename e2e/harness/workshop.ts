/** What a visitor does in the pane beside the playground's shop. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** It is loaded when it is opened, which on a wide screen is by itself. */
export async function openWorkshop(page: Page): Promise<void> {
  const button = page.getByTestId('open-workshop');
  await button.waitFor();
  if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
  await page.getByTestId('tab-timeline').waitFor();
}

/** Presses the button of a try, and waits until its checkout is open. Answers the cart that was filled for it. */
export async function beginTry(page: Page, id: string): Promise<string> {
  await page.getByTestId('tab-tries').click();
  const begin = page.getByTestId(`begin-${id}`);
  if (!(await begin.isVisible())) await page.getByTestId(`try-${id}`).locator('summary').click();
  await begin.click();
  await page.waitForURL((url) => url.pathname === '/checkout');
  await page.locator('kustom-checkout[phase="open"]').waitFor({ state: 'attached' });
  await untilStep(page, 'The checkout is open');
  return new URL(page.url()).searchParams.get('cart') ?? '';
}

/** The timeline has shown it. A step that is done may be hidden on a phone. Some take longer than others. */
export async function untilStep(page: Page, text: string, timeout?: number): Promise<void> {
  const step = page.locator('.step[data-state="done"]').filter({ hasText: text });
  await step.first().waitFor({ state: 'attached', ...(timeout !== undefined && { timeout }) });
}

export async function verdictOn(page: Page): Promise<{ kept: boolean; text: string }> {
  const verdict = page.getByTestId('try-verdict').filter({ hasText: /\S/ });
  await verdict.waitFor();
  const kept = (await verdict.getAttribute('data-verdict')) === 'kept';
  return { kept, text: (await verdict.textContent()) ?? '' };
}

/** For people: with `PICTURES` set to a folder, stories leave there what they saw. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.PICTURES;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}
