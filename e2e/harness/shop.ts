/** A shop's server as far as Kustom calls it: remembers what came, and answers what a test wants. */
import { createServer } from 'node:http';
import { listen } from './listening';

export type Shop = {
  url: string;
  /** Method and path of each call, oldest first. */
  received: string[];
  /** From now on. */
  answer: (status: number, body: unknown) => void;
  stop: () => Promise<void>;
};

export async function startShop(): Promise<Shop> {
  const received: string[] = [];
  let [status, body] = [200, '{}'];
  const server = createServer((request, response) => {
    received.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  });
  return {
    ...(await listen(server)),
    received,
    answer: (wanted, said) => {
      status = wanted;
      body = JSON.stringify(said);
    },
  };
}
