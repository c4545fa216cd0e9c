/** Frameworks that set properties where HTML has attributes, each in its own way, and only when they have a value. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as shop from '../harness/element-shop';
import { REPOSITORY } from '../harness/kassa';
import { type StaticSite, serveFolder } from '../harness/static-site';
import { useStory } from '../harness/story';

const PARAMETERS = `
  import '@kassa/checkout-element';
  const query = new URLSearchParams(location.search);
  const given = { baseUrl: query.get('api'), termsUrl: '/terms', confirmationUrl: '/thanks' };
  const hear = ({ detail }) => { document.title = 'heard of ' + detail.cart.cartId; };
`;

/** The cart becomes known only after the tag is on the page. */
const PROGRAMS: Record<string, Record<string, string>> = {
  react: {
    'main.js': `${PARAMETERS}
      import { createElement, useEffect, useState } from 'react';
      import { createRoot } from 'react-dom/client';
      function Shop() {
        const [cartId, setCartId] = useState();
        useEffect(() => setCartId(query.get('id')), []);
        return createElement('kustom-checkout', { ...given, cartId, 'onkustom-cart': hear });
      }
      createRoot(document.body).render(createElement(Shop));`,
  },
  vue: {
    'main.js': `${PARAMETERS}
      import { createApp, h, onMounted, ref } from 'vue';
      createApp({
        setup() {
          const cartId = ref();
          onMounted(() => { cartId.value = query.get('id'); });
          return () => h('kustom-checkout', { ...given, cartId: cartId.value, onKustomCart: hear });
        },
      }).mount(document.body);`,
  },
  // One by one: what is spread loses its capitals in Svelte, so that only attributes can be.
  svelte: {
    'main.js': `import { mount } from 'svelte'; import Shop from './Shop.svelte'; mount(Shop, { target: document.body });`,
    'Shop.svelte': `<script>${PARAMETERS}
        import { onMount } from 'svelte';
        let cartId = $state();
        onMount(() => { cartId = query.get('id'); });
      </script>
      <kustom-checkout
        baseUrl={given.baseUrl} termsUrl={given.termsUrl} confirmationUrl={given.confirmationUrl}
        {cartId} onkustom-cart={hear}
      ></kustom-checkout>`,
  },
};

const story = useStory();
let folder: string;
let site: StaticSite;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kassa-properties-'));
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  const input: Record<string, string> = {};
  for (const [name, files] of Object.entries(PROGRAMS)) {
    await mkdir(join(folder, name));
    input[name] = join(folder, name, 'index.html');
    await writeFile(
      input[name],
      '<!doctype html><body></body><script type="module" src="./main.js"></script>',
    );
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, name, file), text);
  }
  const outDir = join(folder, 'dist');
  await build({
    ...{ root: folder, configFile: false, logLevel: 'warn', plugins: [svelte()] },
    build: { outDir, rolldownOptions: { input } },
  });
  site = await serveFolder(outDir, []);
});
afterAll(async () => {
  await site?.stop();
  await rm(folder, { recursive: true, force: true });
});

test.each(Object.keys(PROGRAMS))('%s sets properties, also late, and hears events', async (name) => {
  const { page, kassa } = story;
  const cartId = await shop.fillCart(kassa.url);
  await page.goto(`${site.url}/${name}/index.html?api=${encodeURIComponent(kassa.url)}&id=${cartId}`);
  await shop.untilPhase(page, 'open');
  await page.waitForFunction((id) => document.title === `heard of ${id}`, cartId);
  const element = page.locator('kustom-checkout');
  expect(await element.getAttribute('cart-id')).toBe(cartId);
  expect(await element.getAttribute('confirmation-url')).toBe('/thanks');
  expect(story.pageErrors).toEqual([]);
});
