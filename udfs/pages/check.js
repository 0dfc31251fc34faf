// The tab Check: choose the tables, have them checked, and go to each cell that has a problem.

import * as excel from "./excel.js";
import { fieldOf } from "./fields.js";
import { addressOf, sheetInAddress, tableFor } from "./formula.js";
import {
  button, counted, element, icon, onceAtATime, say, sayingPlace, sayWaiting, silence,
} from "./page.js";
import { fromServer } from "./server.js";

const TABLES = [
  { name: "Terms", required: true },
  { name: "Placements", required: true },
  { name: "Carers", required: false },
  { name: "Claims", required: false },
  { name: "Cohort", required: false, further: true },
  { name: "Prices", required: false, further: true },
  { name: "Costs", required: false, further: true },
  { name: "Rates", required: false, further: true },
  { name: "Agreed", required: false, further: true },
  { name: "Budget", required: false, further: true },
];

/** Fill the tab. */
export function startCheck(panel) {
  const fields = TABLES.map(fieldFor);
  const place = sayingPlace();
  const results = element("div", {});
  const names = element("datalist", { id: "tables" });
  // A field is filled for the person once; what is cleared stays so.
  const filled = new Set();
  // Most contracts have none of these: they stay folded until the workbook has one.
  const further = element(
    "details",
    {},
    element("summary", {}, "Further tables"),
    element("div", { class: "fields" }, fields.filter((field) => field.further).map((field) => field.view)),
  );
  const start = button("primary wide", {}, "Check the tables");

  const check = async () => {
    results.replaceChildren();
    const missing = fields.filter((field) => !field.forgive() && field.required && !field.given());
    for (const field of missing) field.blame(`Choose the table ${field.name}.`);
    if (missing.length) {
      missing[0].input.focus();
      return;
    }
    sayWaiting(place, "Checking…");
    const read = await readTables(fields);
    if (read === null) {
      silence(place);
      return;
    }
    const tables = Object.fromEntries([...read].map(([name, cells]) => [name, cells.values]));
    const answer = await fromServer("/xlpbr/check", { tables });
    show(answer.problems.map(placed), read);
  };
  onceAtATime(start, check, (words) => say(place, "wrong", words));

  function show(problems, read) {
    const rows = [...read].map(([name, cells]) => `${name} ${counted(cells.values.length - 1, "row")}`);
    const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    const counts = problems.length ? " Rows are counted from below the headings." : "";
    const seen = `Read at ${time}: ${rows.join(", ")}.${counts}`;
    const tables = new Set(problems.map((problem) => problem.table)).size;
    place.replaceChildren(
      element(
        "div",
        { class: `notice summary ${problems.length ? "warn" : "good"}` },
        icon(problems.length ? "alert" : "tick"),
        element(
          "div",
          {},
          element(
            "b",
            {},
            problems.length
              ? `${counted(problems.length, "problem")} in ${counted(tables, "table")}`
              : "No problems",
          ),
          element("p", {}, seen),
        ),
      ),
    );
    place.scrollIntoView({ block: "nearest" });
    results.replaceChildren(...TABLES.flatMap(({ name }) => groupOf(name, problems, read.get(name), place)));
  }

  panel.replaceChildren(
    element("h2", {}, "Check the tables"),
    element(
      "p",
      { class: "lead small" },
      "Name each table, or select any cell of it and press Use selection.",
    ),
    names,
    element("div", { class: "fields" }, fields.filter((field) => !field.further).map((field) => field.view)),
    further,
    element("div", { class: "gap" }, start),
    place,
    results,
  );

  return {
    /** Offer the workbook's tables, and fill in those whose names say what they are. */
    async look() {
      const found = await excel.tableNames();
      names.replaceChildren(...found.map((name) => element("option", { value: name })));
      for (const field of fields) {
        const own = tableFor(field.name, found);
        if (own && !field.given() && !filled.has(field)) {
          field.input.value = own;
          if (field.further) further.open = true;
        }
        if (own || field.given()) filled.add(field);
      }
    },
  };
}

/** A problem with its table and its row under the headings, which the server says in words. */
function placed(problem) {
  const [, table, row] = /^(.*?)(?:, row (\d+))?$/.exec(problem.where);
  return { ...problem, table, row: row ? Number(row) : null };
}

function fieldFor({ name, required, further = false }) {
  const field = fieldOf({
    name,
    id: `table-${name}`,
    shape: "table",
    optional: !required,
    placeholder: "table or range",
    list: "tables",
  });
  return { name, required, further, ...field, given: () => field.input.value.trim() };
}

/** The cells of every table that is named; null where one cannot be read, and it is said there. */
async function readTables(fields) {
  const read = new Map();
  let wrong = null;
  for (const field of fields.filter((each) => each.given())) {
    try {
      const cells = await excel.cellsOf(field.given());
      if (cells) read.set(field.name, cells);
      else if (field.required) throw new excel.ExcelProblem("These cells are all empty.");
    } catch (error) {
      field.blame(error.message);
      wrong ??= field;
    }
  }
  wrong?.input.closest("details")?.setAttribute("open", "");
  wrong?.input.focus();
  return wrong ? null : read;
}

function groupOf(table, problems, cells, place) {
  const found = problems.filter((problem) => problem.table === table);
  if (!found.length) return [];
  return [
    element("h3", { class: "gap" }, `${table}: ${counted(found.length, "problem")}`),
    element("ul", { class: "problems" }, found.map((problem) => element("li", {}, cardOf(problem, cells, place)))),
  ];
}

function cardOf(problem, cells, place) {
  const spot = cells ? spotOf(problem, cells) : null;
  const words = [problem.row ? `Row ${problem.row}` : "The table", problem.column].filter(Boolean);
  const go = () =>
    excel.select(spot.sheet, spot.cells).catch((error) => say(place, "wrong", error.message));
  const address = spot ? `${sheetInAddress(spot.sheet)}!${spot.cells}` : "";
  return element(
    "div",
    { class: "card problem" },
    element(
      "p",
      { class: "place" },
      words.join(", "),
      spot ? " · " : "",
      spot
        ? button("link code", { click: go, "aria-label": `Go to ${address}` }, address)
        : null,
    ),
    element(
      "dl",
      {},
      element("dt", {}, "Found"),
      element("dd", {}, problem.found),
      element("dt", {}, "Expected"),
      element("dd", {}, problem.expected),
    ),
    element("p", { class: "remedy" }, problem.remedy),
  );
}

/** The cells that a problem is about: a cell, a row, or the headings. */
function spotOf(problem, { values, sheet, top, left }) {
  const width = values[0].length;
  const row = top + (problem.row ?? 0);
  const isTerm = problem.table === "Terms" && keyOf(problem.column) !== "from";
  const wanted = isTerm ? "Value" : problem.column;
  const column = values[0].findIndex((heading) => keyOf(heading) === keyOf(wanted));
  if (problem.row && column >= 0) return { sheet, cells: addressOf(row, left + column) };
  return { sheet, cells: `${addressOf(row, left)}:${addressOf(row, left + width - 1)}` };
}

function keyOf(text) {
  return String(text).replace(/\s+/g, " ").trim().toLowerCase();
}
