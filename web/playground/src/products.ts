/** The goods themselves. Numbers and prices are those of `crates/server/demo/catalogue.toml`. */
import type { Choice, Option, Product, Said, Variant } from './catalogue';

/** Prices in the order of the markets: Sweden, Norway, Germany and Austria, Swedish businesses. */
function prices(se: number, no: number, de: number, b2b: number): Variant['prices'] {
  return { 'se-webshop': se, 'no-webshop': no, 'de-webshop': de, 'se-b2b': b2b };
}

function said(en: string, sv: string): Said {
  return { en, sv };
}

function colour(key: string, en: string, sv: string, swatch: string): Choice {
  return { key, label: said(en, sv), swatch };
}

function colours(...choices: Choice[]): Option {
  return { name: said('Colour', 'Färg'), choices };
}

function sizes(...keys: string[]): Option {
  return {
    name: said('Size', 'Storlek'),
    choices: keys.map((key) => ({ key, label: said(String(Number(key)), String(Number(key))) })),
  };
}

/** One variant for each colour and size, numbered `SH005-BLK-10`. */
function shoes(
  number: string,
  pictures: Record<string, string>,
  keys: string[],
  cost: Variant['prices'],
): Variant[] {
  return Object.entries(pictures).flatMap(([of, picture]) =>
    keys.map((size) => ({ number: `${number}-${of}-${size}`, chosen: [of, size], picture, prices: cost })),
  );
}

/** The one that a page shows before anything was chosen. */
function beginningWith(number: string, variants: Variant[]): Variant[] {
  return [...variants].sort((one, other) => Number(other.number === number) - Number(one.number === number));
}

const STRIDE: Product = {
  key: 'stride',
  name: said('Stride running shoe', 'Löparsko Stride'),
  detail: said('Light, springy, made for long mornings', 'Lätt och spänstig, för långa morgnar'),
  options: [
    colours(colour('BLK', 'Black', 'Svart', '#26292d'), colour('SEA', 'Sea green', 'Havsgrön', '#3f8f83')),
    sizes('09', '10', '11'),
  ],
  variants: beginningWith(
    'SH005-BLK-10',
    shoes(
      'SH005',
      { BLK: 'stride-black', SEA: 'stride-sea' },
      ['09', '10', '11'],
      prices(1299, 1299, 119, 1039.2),
    ),
  ),
};

const BASELINE: Product = {
  key: 'baseline',
  name: said('Baseline court shoe', 'Tennissko Baseline'),
  detail: said('A classic that likes the street, too', 'En klassiker som trivs på gatan'),
  options: [
    colours(colour('WHT', 'White', 'Vit', '#fbfaf7'), colour('RST', 'Rust', 'Rost', '#b9512f')),
    sizes('08', '09', '10'),
  ],
  variants: beginningWith(
    'SH006-WHT-09',
    shoes(
      'SH006',
      { WHT: 'baseline-white', RST: 'baseline-rust' },
      ['08', '09', '10'],
      prices(899, 899, 84.9, 719.2),
    ),
  ),
};

const TOTE: Product = {
  key: 'tote',
  name: said('Market tote', 'Torgkassen'),
  detail: said('Heavy cotton, carries a week’s shopping', 'Tung bomull som bär en veckas inköp'),
  options: [colours(colour('OAT', 'Oat', 'Havre', '#e7d7b8'), colour('INK', 'Ink', 'Bläck', '#2c3a57'))],
  variants: [
    { number: 'BAG-001-OAT', chosen: ['OAT'], picture: 'tote-oat', prices: prices(199, 199, 18.9, 159.2) },
    { number: 'BAG-001-INK', chosen: ['INK'], picture: 'tote-ink', prices: prices(199, 199, 18.9, 159.2) },
  ],
};

const BOOK: Product = {
  key: 'book',
  name: said('The Long Receipt', 'Det långa kvittot'),
  detail: said('A novel in 312 line items', 'En roman i 312 rader'),
  options: [
    {
      name: said('Binding', 'Band'),
      choices: [
        { key: 'PB', label: said('Paperback', 'Pocket') },
        { key: 'HC', label: said('Hardback', 'Inbunden') },
      ],
    },
  ],
  variants: [
    { number: 'BOOK-001', chosen: ['PB'], picture: 'book-paperback', prices: prices(249, 259, 24.9, 234.91) },
    {
      number: 'BOOK-001-HC',
      chosen: ['HC'],
      picture: 'book-hardback',
      prices: prices(349, 359, 34.9, 329.25),
    },
  ],
};

const COFFEE: Product = {
  key: 'coffee',
  name: said('Morning shift coffee', 'Kaffe Morgonpass'),
  detail: said('Whole beans, roasted on Tuesdays', 'Hela bönor, rostade på tisdagar'),
  options: [
    {
      name: said('Weight', 'Vikt'),
      choices: [
        { key: '500', label: said('500 g', '500 g') },
        { key: '1000', label: said('1 kg', '1 kg') },
      ],
    },
  ],
  variants: [
    { number: 'FOOD-001', chosen: ['500'], picture: 'coffee-500', prices: prices(99, 119, 9.9, 88.39) },
    {
      number: 'FOOD-001-1KG',
      chosen: ['1000'],
      picture: 'coffee-1000',
      prices: prices(179, 209, 17.9, 159.82),
    },
  ],
};

const GIFT: Product = {
  key: 'gift',
  name: said('Gift card', 'Presentkort'),
  detail: said('For those who choose themselves', 'För den som väljer själv'),
  options: [
    {
      name: said('Worth', 'Värde'),
      choices: [
        { key: '100', label: said('Small', 'Litet') },
        { key: '250', label: said('Medium', 'Mellan') },
        { key: '500', label: said('Large', 'Stort') },
      ],
    },
  ],
  variants: [
    { number: 'GIFT-100', chosen: ['100'], picture: 'gift-100', prices: prices(100, 100, 10, 100) },
    { number: 'GIFT-250', chosen: ['250'], picture: 'gift-250', prices: prices(250, 250, 25, 250) },
    { number: 'GIFT-500', chosen: ['500'], picture: 'gift-500', prices: prices(500, 500, 50, 500) },
  ],
};

export const PRODUCTS: readonly Product[] = [STRIDE, BASELINE, TOTE, BOOK, COFFEE, GIFT];
