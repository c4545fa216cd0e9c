/** The words of the state machine: what a checkout can be, what can happen to it, and what is then to be done. */

export type Phase = 'loading' | 'open' | 'suspended' | 'paying' | 'confirming' | 'done' | 'failed';

/** What a retry does: open the checkout, ask about the payment, load the page anew, or go to the checkout page. */
export type WayOut = 'open' | 'confirm' | 'reload' | 'checkout';

/** Why there is no checkout to be used. The code is stable; the message, if any, is the server's and for developers. */
export type Problem = { readonly code: string; readonly message?: string; readonly wayOut: WayOut };

/** Why a confirmation is not over yet: Kustom or the server takes long, or a person has to decide. */
export type Note = 'slow' | 'review';

/** What a cart says about its checkout. */
export type CartNews = {
  /** The Kustom order that the cart has. */
  readonly order: string | undefined;
  /** Hash of what Kustom should hold. Absent right after an opening, which means: what it holds. */
  readonly wanted: string | undefined;
  /** Hash of what Kustom has confirmed that it holds. */
  readonly held: string | undefined;
  readonly isEmpty: boolean;
  readonly isCompleted: boolean;
};

export type CheckoutState = {
  readonly phase: Phase;
  /** The newest cart. */
  readonly news: CartNews | undefined;
  /** What newer news have replaced, so that old news which arrive late are recognised. */
  readonly passed: readonly string[];
  /** The Kustom order in the iframe, and the hash that it was last made to read. */
  readonly openOrder: string | undefined;
  readonly shown: string | undefined;
  /** There is an iframe on this page: Kustom's script runs once per page, so only a new page starts it again. */
  readonly isRendered: boolean;
  /** Changes of the cart that the page has under way. */
  readonly locks: number;
  /** A change was made, and what came of it is not known. Only the next cart tells. */
  readonly isUnsure: boolean;
  /** An update has taken so long that the shopper must be offered a way out. It may still arrive. */
  readonly isOverdue: boolean;
  readonly note: Note | undefined;
  readonly problem: Problem | undefined;
};

export type CheckoutEvent =
  /** `isCertain`: asked for after everything else that is known, so nothing known can be newer. */
  | { readonly type: 'cart'; readonly news: CartNews; readonly isCertain: boolean }
  /** The iframe is on the page. The cart was read at that moment, unless it could not be: that is what it shows. */
  | { readonly type: 'rendered'; readonly news: CartNews | undefined; readonly isCertain: boolean }
  | { readonly type: 'open_failed'; readonly problem: Problem }
  /** The task that suspended the iframe is over, so it has had time to notice. */
  | { readonly type: 'tick' }
  | { readonly type: 'lock' }
  /** `isKnown`: a cart as new as the change has been seen. */
  | { readonly type: 'unlock'; readonly isKnown: boolean }
  | { readonly type: 'redirect_initiated' }
  /** The page came back as it was left, from the browser's back-forward cache. */
  | { readonly type: 'restored' }
  /** This page load is the way back from Kustom. */
  | { readonly type: 'returned' }
  | { readonly type: 'confirm_noted'; readonly note: Note }
  | { readonly type: 'confirm_failed'; readonly problem: Problem }
  | { readonly type: 'watchdog' }
  | { readonly type: 'retry' };

export type Effect =
  | 'open'
  /** Open again without a new iframe: it makes the server tell Kustom now. */
  | 'reopen'
  | 'suspend'
  | 'resume'
  /** Send `tick` in a task of its own. */
  | 'tick'
  | 'start_watchdog'
  | 'stop_watchdog'
  /** Read the cart. */
  | 'refresh'
  | 'confirm'
  | 'reload'
  | 'go_to_checkout';

export type Step = { readonly state: CheckoutState; readonly effects: readonly Effect[] };

export const initialState: CheckoutState = {
  phase: 'loading',
  news: undefined,
  passed: [],
  openOrder: undefined,
  shown: undefined,
  isRendered: false,
  locks: 0,
  isUnsure: false,
  isOverdue: false,
  note: undefined,
  problem: undefined,
};
