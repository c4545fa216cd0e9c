// Calls to the control routes, and telling what came of them.

/** The answer as JSON. A refusal is an answer as well: `{ error: { code, message } }`. */
export async function call(method, path, sent) {
  const response = await fetch(`_emulator/${path}`, {
    method,
    headers: sent === undefined ? {} : { "content-type": "application/json" },
    body: sent === undefined ? undefined : JSON.stringify(sent),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { error: { code: "NO_JSON", message: `the emulator answered ${response.status}` } };
  }
}

export const read = (path) => call("GET", path);

const place = (id) => document.getElementById(id);

/** Shown until the next one, or until it is dismissed: nobody has to read against a clock. */
export function say(text, kind = "") {
  place("said").hidden = false;
  place("said").dataset.kind = kind;
  place("said-text").textContent = text;
}

export function hush() {
  place("said").hidden = true;
}

/** Does something and tells what came of it. The pressed button is marked busy meanwhile. */
export async function perform(event, method, path, sent, tell) {
  const pressed = event?.currentTarget;
  pressed?.setAttribute("aria-busy", "true");
  try {
    const answer = await call(method, path, sent);
    if (answer.error) say(answer.error.message, "bad");
    else say(tell(answer), "good");
    return answer;
  } catch {
    say("The emulator does not answer.", "bad");
    return { error: { code: "NO_ANSWER", message: "no answer" } };
  } finally {
    pressed?.removeAttribute("aria-busy");
  }
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied.`, "good");
  } catch {
    say(`The browser does not let this page copy. Here it is: ${text}`, "bad");
  }
}
