// The server this page came from, and no other address: requests, and its errors in plain words.

const config = document.getElementById("config");
const app = config.dataset.app;
const TIME_ALLOWED = 60_000;

/** What the server or the way to it refused, as a sentence for the person. */
export class ServerProblem extends Error {}

/** Where the server is, as a person would say it. */
export const serverName = location.host;

/**
 * What the server answers, as JSON.
 * @param {string} path under the server's own path, such as /xlpbr/catalogue.json
 * @param {object} [body] sent as JSON; without one it is only asked
 */
export async function fromServer(path, body) {
  const request = { headers: await signIn(), cache: "no-cache" };
  if (body !== undefined) {
    request.method = "POST";
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), TIME_ALLOWED);
  try {
    const response = await fetch(app + path, { ...request, signal: patience.signal });
    if (!response.ok) throw new ServerProblem(await refusal(response));
    return await response.json();
  } catch (error) {
    if (error instanceof ServerProblem) throw error;
    if (error.name === "AbortError") {
      throw new ServerProblem(
        `The server ${serverName} has not answered within a minute. Try again, with fewer rows ` +
          "if the tables are large.",
      );
    }
    if (error instanceof SyntaxError) {
      throw new ServerProblem(
        `The server ${serverName} gave an answer that this page cannot read. Close the pane and ` +
          "open it again; if that does not help, tell whoever runs the server.",
      );
    }
    throw new ServerProblem(
      `The server ${serverName} cannot be reached. Check the network or the VPN, then try again.`,
    );
  } finally {
    clearTimeout(timer);
  }
}

/** The headers that say who is asking; none where the server asks nobody. */
async function signIn() {
  if (typeof globalThis.getAuth !== "function") return {};
  const { token, provider } = await globalThis.getAuth();
  return token ? { Authorization: token, "Auth-Provider": provider } : {};
}

const REFUSALS = {
  401: "The server does not know who you are. Sign in to Excel with your work account, then try again.",
  403: "Your account may not use this server. Ask whoever runs it.",
  413: "That is more than the server takes at once. Choose the tables only, not whole columns.",
  429: "The server is busy. Wait a moment, then try again.",
  503: "The server is busy. Wait a moment, then try again.",
};

async function refusal(response) {
  const fault =
    `The server ${serverName} has had a fault of its own (${response.status}). Try again; if that ` +
    "does not help, tell whoever runs the server.";
  if (response.status === 500) return fault;
  const said = await reasonIn(response);
  if (said) return said;
  if (REFUSALS[response.status]) return REFUSALS[response.status];
  return response.status > 500 ? fault : `The server refused this (${response.status}).`;
}

/** The reason that the server gives; empty where it is none for a person. */
async function reasonIn(response) {
  const text = (await response.text()).trim();
  let reason = text;
  try {
    const found = JSON.parse(text);
    reason = typeof found === "string" ? found : found.detail;
  } catch {
    // The reason is a plain text.
  }
  // A proxy on the way answers with a page of its own.
  return typeof reason === "string" && reason.length < 500 && !reason.startsWith("<") ? reason : "";
}
