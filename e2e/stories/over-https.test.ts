import { expect, test } from 'vitest';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory({ ignoreHTTPSErrors: true });

test('the same port sells over https under another name', async () => {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.secureUrl);
  await shopper.addToCart(page, 'SH005-BLK-10');
  await shopper.goToCheckout(page);
  await shopper.fillInTestPerson(page);
  await shopper.pay(page);
  expect(await shopper.orderNumberOn(page)).not.toBe('');
  expect(new URL(page.url()).origin).toBe(kassa.secureUrl);
  expect(story.pageErrors).toEqual([]);
});
