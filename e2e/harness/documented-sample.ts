/**
 * The integration that the storefront guide of the published client documents: what most storefronts have copied.
 *
 * The guide is not ours to repeat, so the story runs a program of our own that makes the same calls in the same order.
 * Whoever has the guide as text runs the very same story on its own program: `STOREFRONT_GUIDE=path`.
 */
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from './kassa';
import { serveOtherOrigin } from './other-origin';
import type { StaticSite } from './static-site';

const HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>A shop as documented</title>
    <link rel="icon" href="data:," />
    <script type="module" src="./main.ts"></script>
  </head>
  <body><p id="order"></p><div id="kustom-checkout"></div></body>
</html>`;

/** What the guide leaves to the page: which cart it is, and how an order is shown. */
const PROLOGUE = `
const cartId = new URLSearchParams(window.location.search).get('cart')!
function showOrderConfirmation(cart) {
  document.getElementById('order')!.textContent = cart.orderNumber
}
`;

/** Step by step what the guide describes. Do not improve it: it stands for what is out there. */
const IN_OUR_WORDS = `
import { createCartClient } from '@hantera/storefront-sdk/cart'

const baseUrl = 'https://shop.example'
const carts = createCartClient({ baseUrl })
const payment = baseUrl + '/ingress/commerce/carts/' + cartId + '/payment/kustom'

const query = new URLSearchParams(window.location.search)
const comesBack = query.get('redirect_status') === 'succeeded' && query.get('cart') === cartId
if (comesBack) askForConfirmation(1)
else await open()

const events = carts.subscribeToCartEvents(cartId, {
  onUpdate: (cart) => {
    const wanted = cart.fields?.kustomPendingHash
    const isBehind = wanted != null && wanted !== cart.fields?.kustomSyncHash
    window._klarnaCheckout?.((iframe) => (isBehind ? iframe.suspend() : iframe.resume()))
    if (cart.cartState === 'completed') {
      events.close()
      showOrderConfirmation(cart)
    }
  },
})

async function open() {
  const { origin } = window.location
  const urls = {
    termsUrl: origin + '/terms',
    checkoutUrl: origin + '/checkout',
    confirmationUrl: origin + '/confirmation?redirect_status=succeeded&cart=' + cartId,
  }
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(payment, { method: 'POST', headers, body: JSON.stringify(urls) })
  const place = document.getElementById('kustom-checkout')!
  place.innerHTML = (await answer.json()).htmlSnippet
  for (const inert of place.querySelectorAll('script')) {
    const alive = document.createElement('script')
    for (const { name, value } of inert.attributes) alive.setAttribute(name, value)
    alive.textContent = inert.textContent
    inert.parentNode?.replaceChild(alive, inert)
  }
}

async function askForConfirmation(attempt) {
  try {
    const answer = await fetch(payment + '/confirm', { method: 'POST' })
    if ((await answer.json())?.status === 'checkout_complete') return
  } catch {}
  if (attempt === 5) return
  await new Promise((resolve) => setTimeout(resolve, [1000, 2000, 4000, 8000][attempt - 1]))
  return askForConfirmation(attempt + 1)
}
`;

/** Our own program, and the guide's where somebody has it. */
export function documentedSamples(): { title: string; read: () => Promise<string> }[] {
  const guide = process.env.STOREFRONT_GUIDE;
  const ours = { title: 'what the guide describes', read: async () => IN_OUR_WORDS };
  return guide ? [ours, { title: 'what the guide says', read: () => completeExample(guide) }] : [ours];
}

/** The last program of the guide, as it stands: in a fence, or copied from a page, which leaves the language's name. */
async function completeExample(path: string): Promise<string> {
  const section = (await readFile(path, 'utf8')).split(/^#*\s*Complete Example\s*$/m)[1];
  const program = section?.match(/```ts\n([\s\S]*?)```/)?.[1] ?? section?.replace(/^\s*ts\n/, '');
  if (!program?.includes('subscribeToCartEvents')) throw new Error(`${path} has no complete example`);
  return program;
}

/** Only the address of the server is another. */
export async function serveDocumentedSample(program: string, api: string): Promise<StaticSite> {
  const source = await mkdtemp(join(tmpdir(), 'kassa-sample-'));
  const addressed = program.replace(/(const baseUrl = )'[^']*'/, `$1${JSON.stringify(api)}`);
  if (addressed === program) throw new Error('the program names no server');
  await writeFile(join(source, 'index.html'), HTML);
  await writeFile(join(source, 'main.ts'), PROLOGUE + addressed);
  await symlink(join(REPOSITORY, 'node_modules'), join(source, 'node_modules'));
  const site = await serveOtherOrigin(source);
  await rm(source, { recursive: true, force: true });
  return site;
}
