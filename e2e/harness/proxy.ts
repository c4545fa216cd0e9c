/** What may stand between a shopper and the server: it passes everything on until it is told to misbehave. */
import { request as ask, createServer, type ServerResponse } from 'node:http';
import { listen } from './listening';

/** `bad gateway` answers 502 with HTML; `silent` takes calls and never answers them. */
export type Mood = 'honest' | 'bad gateway' | 'silent';

export type Between = {
  url: string;
  setMood: (mood: Mood) => void;
  /** Ends what is open towards the browser, as at the end of a proxy's patience. */
  closeStreams: () => number;
  /** How many event streams are open through it. */
  countStreams: () => number;
  stop: () => Promise<void>;
};

/** `path` is in front of the server's own paths, as where a shop has its server in a folder. */
export async function startProxy(target: string, path = ''): Promise<Between> {
  const streams = new Set<ServerResponse>();
  let mood: Mood = 'honest';
  const server = createServer((request, response) => {
    if (mood === 'silent') return;
    if (mood === 'bad gateway') {
      response.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>502 Bad Gateway</h1>');
      return;
    }
    const { method, headers, url = '/' } = request;
    const passed = ask(new URL(url.slice(path.length), target), { method, headers }, (answer) => {
      if (url.endsWith('/events')) streams.add(response);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => {
      streams.delete(response);
      passed.destroy();
    });
    request.pipe(passed);
  });
  const { url, stop } = await listen(server);
  return {
    url: `${url}${path}`,
    setMood: (next) => {
      mood = next;
    },
    closeStreams: () => {
      const { size } = streams;
      for (const stream of streams) stream.end();
      return size;
    },
    countStreams: () => streams.size,
    stop,
  };
}
