// The calls of one recalculation travel together: a few requests in place of one a cell.
//
// Excel calls a function once for each formula, and xlwings' client asks the server once for each
// call, through globalThis.xwRequest.post. Here a call waits a few milliseconds for others, and they
// go in one request. Each gets its own answer, as if it had gone by itself: a result, or the status
// and the reason of its error, of which xlwings' client makes what it always makes.
//
// What is large, or takes its time however small it is, goes by itself, so that nothing waits for it.
// Without this script every call goes by itself.

const WAIT = 5; // milliseconds
const LARGE = 16_384; // characters
const READ = ["func_name", "args", "runtime", "date_format", "culture_info_name"];

/**
 * What posts calls together, in place of what posts them one by one.
 * @param {(address: string, body: object, options: object) => Promise<object>} post xlwings' own
 * @param {object} rules of the server, as the page's config has them: where a call goes (call), where
 *   many go (calls), how many at most (most), with how many bytes (bytes), and which functions go by
 *   themselves (alone)
 */
export function together(post, rules) {
  let open = null;

  const send = async ({ address, options, calls }) => {
    try {
      const body = { calls: calls.map(({ sent }) => sent) };
      const { answers } = (await post(address, body, options)).data;
      for (const [place, { resolve, reject }] of calls.entries()) {
        const [status, data] = answers[place];
        if (status === 200) resolve({ data, status, statusText: "" });
        else reject(refused({ data, status, statusText: "" }));
      }
    } catch (error) {
      // The request as a whole: what holds for it holds for each call.
      for (const { reject } of calls) reject(error);
    }
  };

  const close = () => {
    const full = open;
    open = null;
    if (full) send(full);
  };

  return (address, body, options) => {
    if (!address.endsWith(rules.call) || rules.alone.includes(body.func_name)) {
      return post(address, body, options);
    }
    const sent = Object.fromEntries(READ.map((name) => [name, body[name]]));
    const size = bytesOf(sent);
    if (size > LARGE) return post(address, body, options);
    // The same sign-in and the same time for all that go together.
    const kind = JSON.stringify([address, options]);
    if (open && (open.kind !== kind || open.size + size > rules.bytes)) close();
    if (!open) {
      const calls = address.slice(0, -rules.call.length) + rules.calls;
      const mine = { address: calls, options, kind, size: 100, calls: [] };
      open = mine;
      after(WAIT, () => open === mine && close());
    }
    const answer = new Promise((resolve, reject) => open.calls.push({ sent, resolve, reject }));
    open.size += size + 1;
    if (open.calls.length >= rules.most) close();
    return answer;
  };
}

function refused(response) {
  return Object.assign(new Error(`Request failed with status ${response.status}`), { response });
}

const encoder = new TextEncoder();
const bytesOf = (value) => encoder.encode(JSON.stringify(value)).length;

/** Do something after some milliseconds. A timer of a page that nobody looks at may take a second. */
function after(milliseconds, work) {
  const end = performance.now() + milliseconds;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    if (performance.now() < end) return port2.postMessage(null);
    port1.close();
    work();
  };
  port2.postMessage(null);
}
