/** A web server of a test on a free port of this machine. */
import type { Server } from 'node:http';
import { createServer } from 'node:net';

export type Listening = { url: string; stop: () => Promise<void> };

export async function listen(server: Server): Promise<Listening> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      // A page's open stream would keep it from closing.
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Below the ports that systems give to outgoing connections: a browser's could come in before a program is started. */
const FIRST_PORT = 10_000;
const PORTS = 20_000;
let next = process.pid * 37;

/** A port that nobody has, for a program that is started with it, and perhaps started again. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS; tries += 1) {
    next += 1;
    const port = FIRST_PORT + (next % PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${FIRST_PORT} on is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
