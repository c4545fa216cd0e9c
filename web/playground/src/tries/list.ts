/** What a visitor should try: what to do, what should happen, why it is hard, and by which signs it is seen. */
import * as sign from './evidence';

/** What a button beside the steps does. */
export type Act = 'lose-kustom' | 'bring-kustom-back' | 'second-tab' | 'two-minutes' | 'accept';

export type Step = {
  readonly text: string;
  readonly sign: sign.Sign;
  /** Offered while this step is the next one. */
  readonly act?: Act;
};

export type Try = {
  readonly id: 'quantity' | 'two-tabs' | 'closed-page' | 'lost-kustom' | 'declined' | 'pending';
  readonly title: string;
  readonly todo: string;
  readonly expected: string;
  readonly hard: string;
  readonly steps: readonly Step[];
  readonly orders: 0 | 1;
  readonly verdict: string;
};

export const ACTS: Record<Act, string> = {
  'lose-kustom': 'Lose Kustom for 20 seconds',
  'bring-kustom-back': 'Bring Kustom back now',
  'second-tab': 'Open the second tab',
  'two-minutes': 'Let two minutes pass at Kustom',
  accept: 'Let Kustom accept it',
};

const OPENED: Step = { text: 'The checkout is open', sign: sign.checkoutOpened };
const PLACED: Step = { text: 'Pay: the order is placed', sign: sign.orderPlaced };

export const TRIES: readonly Try[] = [
  {
    id: 'quantity',
    title: 'Change the quantity while the form is open',
    todo: 'Press + beside the form, as often as you like. Then pay.',
    expected: 'The form is locked until Kustom has confirmed the new total, and you pay exactly that.',
    hard: 'Cart and form live on two servers. A form that opens too early sells the old basket at the old price.',
    steps: [
      OPENED,
      { text: 'Change a quantity', sign: sign.cartChanged },
      { text: 'The hashes differ, so the form is locked', sign: sign.hashesDiffer },
      { text: 'Kassa tells Kustom', sign: sign.kustomTold },
      { text: 'Kustom confirms: the hashes are equal', sign: sign.hashesEqual },
      PLACED,
    ],
    orders: 1,
    verdict: 'One order, for what the cart said when you paid.',
  },
  {
    id: 'two-tabs',
    title: 'Pay in two tabs',
    todo: 'Open the second tab, fill both forms in, and press pay in both as fast as you can.',
    expected: 'One of them pays. Both show the same order.',
    hard: 'Both tabs may pay within the same millisecond, and each of them reports back. Two orders would be two parcels.',
    steps: [
      OPENED,
      { text: 'It is open a second time', sign: sign.checkoutOpened, act: 'second-tab' },
      { text: 'Pay in both: Kustom asks, and Kassa says yes', sign: sign.paymentAllowed },
      { text: 'The order is placed', sign: sign.orderPlaced },
      { text: 'Kustom hears of it', sign: sign.acknowledged },
    ],
    orders: 1,
    verdict: 'Two tabs, one order.',
  },
  {
    id: 'closed-page',
    title: 'Close the page after paying',
    todo: 'Under TEST in the form, choose “Approved, then the window is closed”, and pay. Nobody comes back to the shop.',
    expected: 'Kustom’s push arrives ten seconds later and makes the order.',
    hard: 'The money is reserved, and the only witness is gone. Shops that wait for the browser lose this order.',
    steps: [
      OPENED,
      { text: 'Pay: Kustom asks, and Kassa says yes', sign: sign.paymentAllowed },
      { text: 'Kustom’s push arrives', sign: sign.pushArrived, act: 'two-minutes' },
      { text: 'The order is placed', sign: sign.orderPlaced },
      { text: 'Kustom hears of it, and pushes no more', sign: sign.acknowledged },
    ],
    orders: 1,
    verdict: 'Nobody came back, and the order is there.',
  },
  {
    id: 'lost-kustom',
    title: 'Lose Kustom for 20 seconds',
    todo: 'Lose Kustom, then change a quantity. Wait until it is back, and pay.',
    expected:
      'The form stays locked, and offers a way out. Kassa asks again by itself; 35 seconds after a lost call it reads what Kustom holds, and the form opens.',
    hard: 'A call without an answer may still take effect. Whoever unlocks at the first good answer may sell the old total.',
    steps: [
      OPENED,
      { text: 'Kustom answers nobody', sign: sign.became('kustom', 'lost'), act: 'lose-kustom' },
      { text: 'Change a quantity', sign: sign.cartChanged },
      { text: 'Kassa cannot tell Kustom', sign: sign.kustomFailed },
      { text: 'Kustom is back', sign: sign.became('kustom', 'back'), act: 'bring-kustom-back' },
      {
        text: 'The lost calls are over, and Kustom has the new cart: the hashes are equal',
        sign: sign.hashesEqual,
      },
      PLACED,
    ],
    orders: 1,
    verdict: 'Kustom was gone, nothing was lost, and nobody had to press anything.',
  },
  {
    id: 'declined',
    title: 'Be declined',
    todo: 'Under TEST in the form, choose “Declined”, and pay.',
    expected: 'The form says no and stays. No order is made, and the cart is still yours.',
    hard: 'Kassa has already said yes to the payment. It must not take its own yes for money.',
    steps: [
      OPENED,
      { text: 'Pay: Kustom asks, and Kassa says yes', sign: sign.paymentAllowed },
      { text: 'The bank says no, and the form tells the page', sign: sign.paymentDeclined },
    ],
    orders: 0,
    verdict: 'No order and no money. You can pay another way in the same form.',
  },
  {
    id: 'pending',
    title: 'Be examined',
    todo: 'Under TEST in the form, choose “Examined for now (pending)”, and pay. Then let Kustom decide.',
    expected: 'The order is there at once, but nobody may ship it before Kustom has decided.',
    hard: 'It is neither paid nor unpaid, the answer takes a day, and then it comes by a call that may get lost.',
    steps: [
      OPENED,
      { text: 'Pay: the order is placed', sign: sign.orderPlaced },
      { text: 'Kustom decides', sign: sign.became('kustom', 'decided'), act: 'accept' },
      { text: 'Kassa is told', sign: sign.verdictArrived },
    ],
    orders: 1,
    verdict: 'One order, which may be shipped now.',
  },
];
