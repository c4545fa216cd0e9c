/**
 * Published clients know Kustom by https at an address of their own choice, and no way to say otherwise. While this is in
 * place, every https connection of this process ends at the emulator, without encryption; the clients notice nothing.
 */
import https, { Agent } from 'node:https';
import { connect, type Socket } from 'node:net';

class ToEmulator extends Agent {
  readonly #host: string;
  readonly #port: number;

  constructor(url: string) {
    // As in the Node of their time: one of them writes a body after a GET, which spoils the connection for the next call.
    super({ keepAlive: false });
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = Number(port);
  }

  override createConnection(): Socket {
    return connect({ host: this.#host, port: this.#port });
  }
}

/** Returns the way back. */
export function sendHttpsTo(url: string): () => void {
  const original = https.globalAgent;
  https.globalAgent = new ToEmulator(url);
  return () => {
    https.globalAgent = original;
  };
}
