// Starts the task pane: its tabs, its colours, and what they show once the server has answered.

import { startAbout } from "./about.js";
import { startCheck } from "./check.js";
import { startContracts } from "./contracts.js";
import * as excel from "./excel.js";
import { startFunctions } from "./functions.js";
import { button, element } from "./page.js";
import { fromServer } from "./server.js";

const tabs = [...document.querySelectorAll('[role="tab"]')];
const fault = document.getElementById("fault");
const panels = Object.fromEntries(
  [...document.querySelectorAll('[role="tabpanel"]')].map((panel) => [panel.id, panel]),
);
const whenShown = {};
const scrolled = {};

function choose(tab) {
  const before = tabs.find((each) => each.getAttribute("aria-selected") === "true");
  scrolled[before.id] = window.scrollY;
  for (const each of tabs) {
    const chosen = each === tab;
    each.setAttribute("aria-selected", String(chosen));
    each.tabIndex = chosen ? 0 : -1;
    panels[each.getAttribute("aria-controls")].hidden = !chosen;
  }
  window.scrollTo(0, scrolled[tab.id] ?? 0);
  whenShown[tab.getAttribute("aria-controls")]?.();
}

function startTabs() {
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const wanted = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 };
      if (!(event.key in wanted)) return;
      event.preventDefault();
      const next = tabs.at(wanted[event.key] % tabs.length);
      choose(next);
      next.focus();
    });
  }
}

/** Follow Excel's own theme where it says which, else the system's. */
function followTheme() {
  const dark = excel.isDarkTheme();
  if (dark !== null) document.getElementById("dark").media = dark ? "all" : "not all";
}

function sayFault(words, again) {
  fault.replaceChildren(
    element(
      "div",
      { class: "notice warn", role: "alert" },
      element("p", {}, words),
      element("div", { class: "actions" }, button("quiet", { click: again }, "Try again")),
    ),
  );
  fault.hidden = false;
}

/** What the server has to show; without it there is nothing but a sentence and a button. */
async function fill() {
  fault.hidden = true;
  const waiting = element("p", { class: "waiting", role: "status" }, "Asking the server…");
  panels.functions.replaceChildren(waiting);
  try {
    const [catalogue, contracts] = await Promise.all([
      fromServer("/xlpbr/catalogue.json"),
      fromServer("/xlpbr/contracts.json"),
    ]);
    startFunctions(panels.functions, catalogue.functions, contracts.map((each) => each.name));
    startContracts(panels.contracts, contracts);
    startAbout(panels.about, catalogue);
  } catch (error) {
    panels.functions.replaceChildren();
    sayFault(error.message, () => fill());
  }
}

async function joinExcel(check) {
  let inside = false;
  try {
    inside = await excel.isExcel();
  } catch {
    // Office.js says no more than that it has not found Excel.
  }
  // Outside Excel, xlwings' taskpane-reload.js shows the notice at the foot of the page.
  if (!inside) return;
  followTheme();
  await excel.watchActiveCell((cell) =>
    document.dispatchEvent(new CustomEvent("activecell", { detail: cell })),
  );
  whenShown.check = () => check.look().catch(() => {});
}

startTabs();
const check = startCheck(panels.check);
await fill();
await joinExcel(check);
