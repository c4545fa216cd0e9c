/** A web server of a test on a free port of this machine. */
import type { Server } from 'node:http';

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
