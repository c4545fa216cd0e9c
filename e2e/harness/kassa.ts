/** The real binary, started the way a first-time user starts it, in an empty folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './listening';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
export const BINARY = process.env.KASSA_BIN ?? join(REPOSITORY, 'target/debug/kassa');
const START_MS = 30_000;
const STOP_MS = 10_000;

export type Kassa = {
  /** Server and playground. */
  url: string;
  /** The same port, asked by another protocol and another name. */
  secureUrl: string;
  emulatorUrl: string;
  /** The operators' listener, as `KASSA_ADMIN_LISTEN` has it. */
  adminListen: string;
  /** Everything it has printed, for a test that failed. */
  output: () => string;
  stop: () => Promise<void>;
};

export async function startKassa(settings: Record<string, string> = {}): Promise<Kassa> {
  const [port, emulatorPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), 'kassa-e2e-'));
  const url = `http://127.0.0.1:${port}`;
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  const variables = {
    KASSA_LISTEN: `127.0.0.1:${port}`,
    KASSA_EMULATOR_LISTEN: `127.0.0.1:${emulatorPort}`,
    KASSA_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
    ...settings,
  };
  const program = await startProgram('dev', folder, variables, `${url}/health`).catch(async (problem) => {
    await removeFolder();
    throw problem;
  });
  return {
    url,
    secureUrl: `https://localhost:${port}`,
    emulatorUrl: `http://127.0.0.1:${emulatorPort}`,
    adminListen: variables.KASSA_ADMIN_LISTEN,
    output: program.output,
    stop: async () => {
      await program.stop();
      await removeFolder();
    },
  };
}

/** The emulator alone, for whoever knows Kustom and not Kassa. */
export type EmulatorAlone = { url: string; output: () => string; stop: () => Promise<void> };

export async function startEmulator(): Promise<EmulatorAlone> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'kassa-e2e-'));
  const url = `http://127.0.0.1:${port}`;
  const variables = { KASSA_EMULATOR_LISTEN: `127.0.0.1:${port}` };
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  const program = await startProgram('emulator', folder, variables, `${url}/_emulator/orders`).catch(
    async (problem) => {
      await removeFolder();
      throw problem;
    },
  );
  return {
    url,
    output: program.output,
    stop: async () => {
      await program.stop();
      await removeFolder();
    },
  };
}

/** The same as the tests of others start it: on a port that was free, told by a line of JSON. */
export async function startEmulatorOnFreePort(): Promise<EmulatorAlone> {
  const options = ['--listen', '127.0.0.1:0', '--json', '--stop-with-stdin'];
  const child = spawn(BINARY, ['emulator', ...options], { stdio: ['pipe', 'pipe', 'pipe'] });
  const followed = followProcess(child);
  const lines = createInterface({ input: child.stdout });
  const first = once(lines, 'line').then(([line]) => line as string);
  const line = await Promise.race([first, followed.ended]);
  if (followed.end() !== undefined) throw new Error(`${BINARY} ended (${line}):\n${followed.output()}`);
  return {
    url: (JSON.parse(line) as { url: string }).url,
    output: followed.output,
    stop: async () => {
      child.stdin.end();
      await followed.ended;
    },
  };
}

/** Server and emulator as two processes, so that one can die while the other lives. */
export type KassaApart = {
  url: string;
  emulatorUrl: string;
  /** SIGKILL: nothing gets to tidy up. */
  killServer: () => Promise<void>;
  /** Over the same data. */
  startServer: () => Promise<void>;
  stop: () => Promise<void>;
};

export async function startKassaApart(): Promise<KassaApart> {
  const [port, emulatorPort] = [await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), 'kassa-e2e-'));
  const [url, emulatorUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${emulatorPort}`];
  // A second to kill the server in, between a change and the call that tells Kustom.
  await writeFile(join(folder, 'kassa.toml'), '[sync]\ndelay_ms = 1000\n');
  const variables = {
    KASSA_LISTEN: `127.0.0.1:${port}`,
    KASSA_EMULATOR_LISTEN: `127.0.0.1:${emulatorPort}`,
    KASSA_KUSTOM_ENVIRONMENT: 'emulator',
  };
  const emulator = await startProgram('emulator', folder, variables, `${emulatorUrl}/_emulator/orders`);
  const startServer = () => startProgram('serve', folder, variables, `${url}/health`);
  let server = await startServer();
  return {
    url,
    emulatorUrl,
    killServer: () => server.kill(),
    startServer: async () => {
      server = await startServer();
    },
    stop: async () => {
      await server.stop();
      await emulator.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Program = { output: () => string; stop: () => Promise<void>; kill: () => Promise<void> };

async function startProgram(
  command: string,
  folder: string,
  variables: Record<string, string>,
  healthUrl: string,
): Promise<Program> {
  const child = spawn(BINARY, [command], {
    cwd: folder,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const followed = followProcess(child);
  const program: Program = {
    output: followed.output,
    stop: () => stop(child, followed.ended),
    kill: async () => {
      child.kill('SIGKILL');
      await followed.ended;
    },
  };
  try {
    await untilHealthy(healthUrl, followed);
  } catch (problem) {
    await program.stop();
    throw problem;
  }
  return program;
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
    const answer = await fetch(url).catch(() => undefined);
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
