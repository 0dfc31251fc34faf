// The tab About: the version, the server, and what becomes of what is in the cells.

import { element } from "./page.js";
import { serverName } from "./server.js";

/** Fill the tab. */
export function startAbout(panel, { version, functions }) {
  const config = JSON.parse(document.getElementById("config").textContent);
  const signIn = config.authProviders?.length
    ? "With your work account (Microsoft Entra ID)"
    : isOnThisComputer()
      ? "None: the server runs on this computer"
      : "None: whoever reaches the server may use it";
  const logged = new URL("logged.html", import.meta.url).href;
  panel.replaceChildren(
    element("h2", {}, "About"),
    element(
      "dl",
      { class: "facts" },
      fact("Version", `xlpbr ${version}, ${functions.length} functions`),
      fact("Server", serverName),
      fact("Sign-in", signIn),
    ),
    element("h3", { class: "gap" }, "What leaves the workbook"),
    element(
      "p",
      { class: "lead" },
      "The cells that a formula or a check uses go to this server, which answers and forgets them. " +
        "The add-in sends nothing anywhere else.",
    ),
    element(
      "p",
      { class: "lead" },
      element("a", { href: logged, target: "_blank", rel: "noopener" }, "What is logged"),
    ),
    element("h3", { class: "gap" }, "Help"),
    element(
      "p",
      { class: "lead" },
      "In a cell, type =PBR_ to see the functions. The button fx beside the formula bar explains " +
        "each argument. Where a cell shows #VALUE! or #N/A, point at the sign beside it to read why. " +
        "The tab Check lists everything that is wrong in the tables.",
    ),
  );
}

function isOnThisComputer() {
  return ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
}

function fact(name, value) {
  return element("div", {}, element("dt", { class: "small" }, name), element("dd", {}, value));
}
