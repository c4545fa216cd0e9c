// Requests as commands for a shell.

/** Those that `curl` makes itself, or that say nothing to the emulator. */
const LEFT_OUT = new Set(["host", "content-length", "connection", "accept-encoding", "authorization", "cookie", "te", "transfer-encoding"]);
/** Enough for a request to work. */
const NEEDED = new Set(["accept", "content-type"]);

const quoted = (text) => `'${String(text).replaceAll("'", `'\\''`)}'`;

/**
 * A command that makes the request once more and works: with credentials, or the token of the order, instead of those that
 * the log does not keep. `null` for a body that was too long to be kept.
 */
export function working(request, { origin, authorization }) {
  return command(request, origin, authorization, (name) => NEEDED.has(name));
}

/** All headers as they were sent; the credentials are for the reader's shell to know. */
export function asSent(request, { origin }) {
  const hasCredentials = "authorization" in request.headers;
  const authorization = hasCredentials ? ["-H", '"Authorization: $AUTHORIZATION"'] : [];
  return command(request, origin, authorization, (name) => !LEFT_OUT.has(name));
}

/** What Kustom sent to the shop. */
export function callback({ url, headers, body }) {
  return command({ method: "POST", path: url, headers, body }, "", [], (name) => !LEFT_OUT.has(name));
}

/** `-u` for anybody, or variables where the emulator was told whom to accept. */
export function credentials(acceptsAny) {
  return ["-u", acceptsAny ? quoted("any:any") : '"$KUSTOM_USER:$KUSTOM_PASSWORD"'];
}

export const bearer = (token) => ["-H", quoted(`Authorization: Bearer ${token}`)];

function command(request, origin, authorization, isWanted) {
  const sent = bodyText(request.body);
  if (sent === null) return null;
  const headers = Object.entries(request.headers).filter(([name]) => isWanted(name.toLowerCase()));
  const first = ["curl", "-i", ...(request.method === "GET" ? [] : ["-X", request.method]), quoted(origin + request.path)];
  const lines = [
    first.join(" "),
    authorization.join(" "),
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    sent === "" ? "" : `--data-raw ${quoted(sent)}`,
  ];
  return lines.filter((line) => line !== "").join(" \\\n  ");
}

function bodyText(body) {
  if (body === null || body === undefined) return "";
  if (typeof body !== "string") return JSON.stringify(body);
  return /^\(\d+ bytes\)$/.test(body) ? null : body;
}
