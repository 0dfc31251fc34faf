// The tab Contracts: the built-in contracts, their terms by clause, and the terms into the sheet.

import * as excel from "./excel.js";
import { quoted } from "./formula.js";
import {
  button, counted, element, icon, onceAtATime, openChoice, say, sayingPlace, silence, viewOfChoice,
} from "./page.js";

const MONEY = '"£"#,##0.00';
const FORMATS = { date: "dd mmm yyyy", fraction: "0.00%" };
const TERM_COLUMNS = 4;
const TABLE_NAME = "PbrTerms";
const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAYS_FROM_1900_TO_1970 = 25_569;

/** Fill the tab with the contracts as the server has them. */
export function startContracts(panel, contracts) {
  const list = element(
    "ul",
    { class: "choices" },
    contracts.map((contract) =>
      element(
        "li",
        {},
        button(
          "card",
          { "data-name": contract.name, click: () => open(contract) },
          element("span", { class: "name" }, element("span", {}, councilOf(contract)), icon("next")),
          element("span", { class: "help" }, titleOf(contract)),
          element("span", { class: "help small" }, sourceOf(contract)),
        ),
      ),
    ),
  );
  const chooser = element(
    "div",
    {},
    element("h2", {}, "Built-in contracts"),
    element("p", { class: "lead small" }, "Their terms come from the councils’ published decisions."),
    element("div", { class: "gap" }, list),
  );

  function open(contract) {
    openChoice(panel, chooser, contract.name, (back) => viewOf(contract, back));
  }

  panel.replaceChildren(chooser);
}

/** Who pays: what tells one contract from another. */
function councilOf(contract) {
  return contract.terms.find(([term]) => term === "Commissioner")?.[1] || contract.title;
}

/** The title without the council, which stands above it. */
function titleOf(contract) {
  const ending = `, ${councilOf(contract)}`;
  return contract.title.endsWith(ending) ? contract.title.slice(0, -ending.length) : contract.title;
}

/** The source without the council, which stands above it. */
function sourceOf(contract) {
  const start = `${councilOf(contract)}, `;
  if (!contract.source.startsWith(start)) return contract.source;
  const rest = contract.source.slice(start.length);
  return rest[0].toUpperCase() + rest.slice(1);
}

function viewOf(contract, back) {
  const heading = element("h2", { tabindex: "-1" }, councilOf(contract));
  const place = sayingPlace();
  const put = button("primary wide", {}, "Put the terms at the selected cell");
  const formula = `=PBR_TERMS(${quoted(contract.name)})`;
  const linked = way(
    "formula",
    true,
    ["As a formula, ", element("code", {}, formula)],
    "The terms stay as they were decided.",
  );
  const free = way("table", false, ["As a table"], "Values of your own, to change as you need.");
  const putTerms = () => {
    silence(place);
    return linked.input.checked ? putFormula(formula, contract, place) : putTable(contract, place);
  };
  onceAtATime(put, putTerms, (words) => say(place, "wrong", words));
  const view = viewOfChoice(
    back,
    "All contracts",
    heading,
    place,
    element("p", { class: "lead" }, titleOf(contract)),
    element("p", { class: "small" }, sourceOf(contract)),
    contract.notes.length
      ? element(
          "details",
          {},
          element("summary", {}, counted(contract.notes.length, "note"), " on this contract"),
          element("ul", { class: "notes" }, contract.notes.map((note) => element("li", {}, note))),
        )
      : null,
    element("h3", { class: "gap" }, "Terms"),
    termsList(contract.terms),
    element(
      "div",
      { class: "dock" },
      element(
        "fieldset",
        { class: "ways" },
        element("legend", { class: "unseen" }, "How to put the terms into the sheet"),
        linked.view,
        free.view,
      ),
      element("div", { class: "actions" }, put),
      place,
    ),
  );
  return { view, heading };
}

function way(value, chosen, label, help) {
  const input = element("input", { type: "radio", name: "way", value, id: `way-${value}`, checked: chosen });
  const view = element(
    "label",
    { for: `way-${value}` },
    input,
    element("span", {}, ...label),
    element("span", { class: "small" }, help),
  );
  return { view, input };
}

function termsList([headings, ...rows]) {
  const at = Object.fromEntries(headings.map((heading, index) => [heading, index]));
  return element(
    "dl",
    { class: "terms card" },
    rows.map((row) => {
      const value = shownValue(row[at.Value], row[at.Unit]);
      const clause = row[at.Clause];
      const reading = row[at.Reading];
      return element(
        "div",
        {},
        element("dt", {}, row[at.Term]),
        element("dd", value ? {} : { class: "none" }, value || "none"),
        clause ? element("dd", { class: "clause" }, `Clause: ${clause}`) : null,
        reading ? element("dd", { class: "reading" }, reading) : null,
      );
    }),
  );
}

/** A term's value as a person writes it; empty for a blank. */
function shownValue(value, unit) {
  if (value === null || value === undefined || value === "") return "";
  const day = ISO_DAY.exec(value);
  if (unit === "date" && day) {
    return new Date(value).toLocaleDateString("en-GB", {
      day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
    });
  }
  if (typeof value !== "number") return String(value);
  if (unit.startsWith("£")) {
    const pence = Number.isInteger(value) ? 0 : 2;
    const amount = value.toLocaleString("en-GB", { minimumFractionDigits: pence });
    return `£${amount}${unit.slice(1)}`;
  }
  if (unit === "fraction") {
    return value.toLocaleString("en-GB", { style: "percent", maximumFractionDigits: 2 });
  }
  return counted(value, unit.replace(/s$/, "")).replace("childrens", "children");
}

async function putFormula(formula, contract, place) {
  const cell = await excel.activeCell();
  if (!(await hasRoom(cell, contract.terms.length, TERM_COLUMNS, place))) return;
  const shown = await excel.writeFormula(cell.sheet, cell.cells, formula);
  if (/^#[A-Z]/.test(shown)) {
    say(place, "wrong", `${cell.address} shows ${shown}. Wait until the functions have loaded, then try again.`);
    return;
  }
  say(
    place,
    "good",
    `The terms are in ${cell.address} and below. In a formula, ${cell.cells}# means all of them.`,
  );
}

async function putTable(contract, place) {
  const cell = await excel.activeCell();
  const [headings, ...rows] = contract.terms;
  if (!(await hasRoom(cell, contract.terms.length, headings.length, place))) return;
  const unitAt = headings.indexOf("Unit");
  const valueAt = headings.indexOf("Value");
  const format = (row) =>
    row.map((value, column) => (column === valueAt ? formatOf(value, row[unitAt]) : "@"));
  const values = rows.map((row) => row.map((value) => cellValue(value)));
  const name = await excel.writeTable(
    cell,
    [headings, ...values],
    [headings.map(() => "@"), ...rows.map(format)],
    TABLE_NAME,
  );
  say(place, "good", `The terms are the table ${name}, from ${cell.address} on.`);
}

function cellValue(value) {
  const day = ISO_DAY.exec(value);
  if (day) return Date.parse(value) / 86_400_000 + DAYS_FROM_1900_TO_1970;
  return value ?? "";
}

function formatOf(value, unit) {
  if (unit.startsWith("£")) return MONEY;
  return FORMATS[unit] ?? (typeof value === "number" || unit !== "text" ? "General" : "@");
}

/** Whether the cells that the terms would cover are empty; says which are not. */
async function hasRoom(cell, rows, columns, place) {
  const occupied = await excel.occupiedCell(cell, rows, columns);
  if (occupied === null) return true;
  say(
    place,
    "warn",
    `The terms need ${counted(rows, "row")} and ${counted(columns, "column")} of empty cells from ` +
      `${cell.address} on, and ${occupied} is not empty. Select a cell with room below, then try again.`,
  );
  return false;
}
