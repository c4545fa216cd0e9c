/**
 * What the shop shows: texts, pictures and the choices of each product. A test compares numbers and prices with the
 * server's catalogue; in the cart, amounts are the server's alone.
 */
import type { Language } from './language';
import { PRODUCTS } from './products';

export type Said = Readonly<Record<Language, string>>;
type Prices = Readonly<Record<string, number>>;

export type Choice = { readonly key: string; readonly label: Said; readonly swatch?: string };

/** Something to choose, such as a size. A choice with swatches is shown as colours. */
export type Option = { readonly name: Said; readonly choices: readonly Choice[] };

export type Variant = {
  readonly number: string;
  /** The key of a choice for each option, in their order. */
  readonly chosen: readonly string[];
  readonly picture: string;
  readonly prices: Prices;
};

export type Product = {
  readonly key: string;
  readonly name: Said;
  readonly detail: Said;
  readonly options: readonly Option[];
  /** The first is the one that is chosen to begin with. */
  readonly variants: readonly Variant[];
};

const pictures = import.meta.glob<string>('./pictures/*.svg', {
  eager: true,
  query: '?url',
  import: 'default',
});

export function pictureUrl(picture: string): string | undefined {
  return pictures[`./pictures/${picture}.svg`];
}

export function variantNamed(number: string): { product: Product; variant: Variant } | undefined {
  for (const product of PRODUCTS) {
    const variant = product.variants.find((one) => one.number === number);
    if (variant) return { product, variant };
  }
  return undefined;
}

/** `Black, 10`: what tells a variant from its siblings. */
export function choicesText({ options }: Product, { chosen }: Variant, read: Language): string {
  const labels = options.map(
    ({ choices }, index) => choices.find(({ key }) => key === chosen[index])?.label[read],
  );
  return labels.filter(Boolean).join(', ');
}

/** The variant after another choice of one option, with the others as they were as far as there is one. */
export function variantWith(product: Product, now: Variant, option: number, key: string): Variant {
  const fits = product.variants.filter(({ chosen }) => chosen[option] === key);
  const kept = ({ chosen }: Variant) => chosen.filter((choice, index) => choice === now.chosen[index]).length;
  return fits.reduce((best, one) => (kept(one) > kept(best) ? one : best), fits[0] ?? now);
}
