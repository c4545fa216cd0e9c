/** The real binary, started the way a first-time user starts it, in an empty folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const BINARY = process.env.KASSA_BIN ?? join(REPOSITORY, 'target/debug/kassa');
const START_MS = 30_000;
const STOP_MS = 10_000;

export type Kassa = {
  /** Server and playground. */
  url: string;
  /** The same port, asked by another protocol and another name. */
  secureUrl: string;
  emulatorUrl: string;
  /** Everything it has printed, for a test that failed. */
  output: () => string;
  stop: () => Promise<void>;
};

export async function startKassa(): Promise<Kassa> {
  const [port, emulatorPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), 'kassa-e2e-'));
  const child = spawn(BINARY, ['dev'], {
    cwd: folder,
    env: {
      ...process.env,
      KASSA_LISTEN: `127.0.0.1:${port}`,
      KASSA_EMULATOR_LISTEN: `127.0.0.1:${emulatorPort}`,
      KASSA_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const process_ = followProcess(child);
  const kassa: Kassa = {
    url: `http://127.0.0.1:${port}`,
    secureUrl: `https://localhost:${port}`,
    emulatorUrl: `http://127.0.0.1:${emulatorPort}`,
    output: process_.output,
    stop: async () => {
      await stop(child, process_.ended);
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await untilHealthy(kassa.url, process_);
  } catch (problem) {
    await kassa.stop();
    throw problem;
  }
  return kassa;
}

type Followed = { output: () => string; ended: Promise<string>; end: () => string | undefined };

function followProcess(child: ChildProcess): Followed {
  const chunks: string[] = [];
  let end: string | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  }
  const ended = new Promise<string>((resolve) => {
    const finish = (how: string) => {
      end ??= how;
      resolve(end);
    };
    child.once('error', (error) => finish(error.message));
    child.once('exit', (code, signal) => finish(`exit code ${code}, signal ${signal}`));
  });
  return { output: () => chunks.join(''), ended, end: () => end };
}

/** A process tells nobody when its port is open, so this is the one place that asks again and again. */
async function untilHealthy(url: string, followed: Followed): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const end = followed.end();
    if (end !== undefined) throw new Error(`${BINARY} ended (${end}):\n${followed.output()}`);
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.status === 200) return;
    await pause(50);
  }
  throw new Error(`${BINARY} was not healthy after ${START_MS} ms:\n${followed.output()}`);
}

/** SIGTERM, as an operator would; SIGKILL only so that a hanging server cannot hang the tests as well. */
async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const giveUp = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  const how = await ended;
  clearTimeout(giveUp);
  if (how.includes('SIGKILL')) throw new Error(`${BINARY} did not stop on SIGTERM within ${STOP_MS} ms`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
