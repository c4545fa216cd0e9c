/** What happy-dom lacks of a browser: event streams and locks, held by hand; and a Kustom that notes its calls. */

import { vi } from 'vitest';
import type { Cart } from '../cart.js';

export class FakeEventSource extends EventTarget {
  static readonly CLOSED = 2;
  static opened: FakeEventSource[] = [];
  readyState = 1;
  onerror: ((event: Event) => void) | null = null;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    FakeEventSource.opened.push(this);
  }

  static get open(): FakeEventSource[] {
    return FakeEventSource.opened.filter(({ readyState }) => readyState !== 2);
  }

  send(cart: Cart, name = 'updated'): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(cart) }));
  }

  break(readyState: number): void {
    this.readyState = readyState;
    this.onerror?.(new Event('error'));
  }

  close(): void {
    this.readyState = 2;
  }
}

type Request = { callback: () => Promise<void>; resolve: () => void; reject: (reason: unknown) => void };

const aborted = () => new DOMException('', 'AbortError');

/** One holder after the other, as the browser has it, and robbery. */
export class FakeLocks {
  #waiting: Request[] = [];
  #holder: Request | undefined;

  request(
    _: string,
    options: { steal?: boolean; signal?: AbortSignal },
    callback: () => Promise<void>,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = { callback, resolve, reject };
      options.signal?.addEventListener('abort', () => {
        if (!this.#waiting.includes(request)) return;
        this.#waiting = this.#waiting.filter((waiting) => waiting !== request);
        reject(aborted());
      });
      if (options.steal) {
        this.#holder?.reject(aborted());
        this.#grant(request);
      } else {
        this.#waiting.push(request);
        this.#next();
      }
    });
  }

  #next(): void {
    if (this.#holder) return;
    const request = this.#waiting.shift();
    if (request) this.#grant(request);
  }

  #grant(request: Request): void {
    this.#holder = request;
    void request.callback().then(() => {
      request.resolve();
      if (this.#holder !== request) return;
      this.#holder = undefined;
      this.#next();
    });
  }
}

export type FakeKustom = { calls: string[]; fire: (name: string, data?: unknown) => void };

export function installKustom(): FakeKustom {
  const calls: string[] = [];
  const handlers: Record<string, (data: unknown) => void> = {};
  const api = {
    suspend: (options?: object) => void calls.push(options ? 'suspend' : 'suspend for ten seconds'),
    resume: () => void calls.push('resume'),
    on: (given: typeof handlers) => void Object.assign(handlers, given),
  };
  window._klarnaCheckout = (use) => use(api);
  return { calls, fire: (name, data) => handlers[name]?.(data) };
}

export function installEventSource(): void {
  FakeEventSource.opened = [];
  vi.stubGlobal('EventSource', FakeEventSource);
}

export function cart(wanted: number | undefined, held: number | undefined, more: Partial<Cart> = {}): Cart {
  const fields = {
    kustomOrderId: 'order-1',
    kustomPendingHash: wanted && `h${wanted}`,
    kustomSyncHash: held && `h${held}`,
  };
  return { cartId: '1', cartState: 'open', orderNumber: '', items: [{}], fields, ...more } as Cart;
}
