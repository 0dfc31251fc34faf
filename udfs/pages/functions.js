// The tab Functions: find one, fill its arguments, put the formula into the selected cell.

import * as excel from "./excel.js";
import { fieldOf } from "./fields.js";
import { formulaOf, isInside, optionsOf, parseAddress, tableFor } from "./formula.js";
import {
  ask, button, counted, element, icon, marked, onceAtATime, openChoice, say, sayingPlace, silence,
  viewOfChoice,
} from "./page.js";

/**
 * Fill the tab.
 * @param {HTMLElement} panel the tab's place
 * @param {object[]} functions as the catalogue has them
 * @param {string[]} contracts the names of the built-in contracts
 */
export function startFunctions(panel, functions, contracts) {
  const list = element("ul", { class: "choices" });
  const count = element("p", { class: "count small", role: "status" });
  const search = element("input", {
    type: "search",
    id: "search",
    placeholder: "Search: bonus, saving, invoice…",
    autocomplete: "off",
    spellcheck: "false",
    input: () => showList(),
    keydown: (event) => {
      if (event.key === "ArrowDown") moveIn(list, event, 0);
      if (event.key === "Enter") list.querySelector("button")?.click();
    },
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const at = [...list.querySelectorAll("button")].indexOf(document.activeElement) + step;
    if (at < 0) {
      event.preventDefault();
      search.focus();
    } else moveIn(list, event, at);
  });

  function showList() {
    const words = search.value.trim().split(/\s+/).filter(Boolean);
    const found = matching(functions, words);
    count.textContent = words.length
      ? `${counted(found.length, "function")} for “${search.value.trim()}”`
      : counted(found.length, "function");
    list.replaceChildren(...found.map((declared) => element("li", {}, choice(declared, words))));
    if (!found.length) {
      list.append(
        element("li", {}, "Try a word of the contract, such as saving, fee, carer, bonus or maximum."),
      );
    }
  }

  function choice(declared, words) {
    return button(
      "card",
      { click: () => open(declared), "data-name": declared.name },
      element(
        "span",
        { class: "name code" },
        element("span", {}, marked(declared.name, words)),
        icon("next"),
      ),
      element("span", { class: "help" }, marked(declared.help, words)),
    );
  }

  const finder = element(
    "div",
    {},
    element(
      "div",
      { class: "search" },
      element("label", { class: "unseen", for: "search" }, "Search the functions"),
      icon("search"),
      search,
    ),
    count,
    list,
  );

  function open(declared) {
    openChoice(panel, finder, declared.name, (back) => formOf(declared, contracts, back));
  }

  showList();
  panel.replaceChildren(finder);
}

function moveIn(list, event, at) {
  const buttons = list.querySelectorAll("button");
  if (!buttons.length) return;
  event.preventDefault();
  buttons[Math.min(at, buttons.length - 1)].focus();
}

/** The functions that have every word, those with it in their name first. */
function matching(functions, words) {
  const wanted = words.map((word) => word.toLowerCase());
  const all = (declared) =>
    [
      declared.name, declared.help, declared.notes, declared.returns, declared.clause,
      ...declared.arguments.flatMap((argument) => [argument.name, argument.help]),
    ].join(" ").toLowerCase();
  const found = functions.filter((declared) => wanted.every((word) => all(declared).includes(word)));
  const rank = (declared) => {
    const name = declared.name.toLowerCase();
    const help = declared.help.toLowerCase();
    if (wanted.every((word) => name.includes(word))) return 0;
    return wanted.every((word) => name.includes(word) || help.includes(word)) ? 1 : 2;
  };
  return wanted.length ? found.sort((one, other) => rank(one) - rank(other)) : found;
}

/** The view of one function: help, fields, formula and the button. */
function formOf(declared, contracts, back) {
  const heading = element("h2", { class: "title", tabindex: "-1" }, declared.name);
  const formula = element("output", { class: "formula", id: "formula" });
  const target = element("p", { class: "target small" });
  const place = sayingPlace();
  const insert = button("primary wide", {}, "Insert into the selected cell");
  let cell = null;

  const fields = declared.arguments.map((argument) =>
    fieldFor(argument, contracts, () => {
      silence(place);
      show();
    }),
  );
  fillTables(fields);

  function show() {
    const typed = fields.map((field) => field.input.value);
    const made = formulaOf(declared, typed, cell?.sheet);
    formula.replaceChildren(...shownFormula(declared, made.parts));
    target.textContent = whereItGoes(declared, cell);
    return made;
  }

  const insertIt = async () => {
    silence(place);
    for (const field of fields) field.forgive();
    const { faults } = show();
    if (faults.size) {
      for (const [index, fault] of faults) fields[index].blame(fault);
      fields[[...faults.keys()][0]].input.focus();
      return;
    }
    await insertFormula(declared, fields.map((field) => field.input.value), place);
  };
  onceAtATime(insert, insertIt, (words) => say(place, "wrong", words));

  const view = viewOfChoice(
    back,
    "All functions",
    heading,
    place,
    element("p", { class: "lead" }, declared.help),
    moreAbout(declared),
    fields.length
      ? element("div", { class: "fields" }, fields.map((field) => field.view))
      : element("p", { class: "gap small" }, "It takes no arguments."),
    element(
      "div",
      { class: "dock" },
      element("h3", {}, element("label", { for: "formula" }, "Formula")),
      formula,
      target,
      insert,
      place,
    ),
  );
  followCell(view, (found) => {
    cell = found;
    show();
  });
  show();
  return { view, heading };
}

function whereItGoes(declared, cell) {
  if (!cell) return "Select the cell that it should go into.";
  if (!cell.empty) return `Goes into ${cell.address}, which now holds ${cell.text || "something"}.`;
  const spills = declared.returns.startsWith("A table");
  return `Goes into ${cell.address}${spills ? " and the cells below and to the right" : ""}.`;
}

/** Fill the fields for tables with the workbook's own, where their names say which they are. */
async function fillTables(fields) {
  const wanted = fields.filter(({ argument }) => argument.shape === "table");
  if (!wanted.length) return;
  const names = await excel.tableNames().catch(() => []);
  for (const field of wanted) {
    const table = tableFor(field.argument.name, names);
    if (table && !field.input.value) field.fill(`${table}[#All]`, "A table of this workbook");
  }
}

function moreAbout(declared) {
  const said = [
    ...declared.notes.split("\n\n").filter(Boolean),
    `Gives: ${declared.returns}`,
    `Source: ${declared.clause}.`,
  ];
  return element(
    "details",
    {},
    element("summary", {}, "More about this function"),
    ...said.map((words) => element("p", {}, words)),
    ...declared.examples.map((example) =>
      element("p", {}, element("code", {}, example.formula), ` shows ${example.shows}`),
    ),
  );
}

let unfollow = () => {};

/** Tell a view of the active cell while it is shown. */
function followCell(view, tell) {
  unfollow();
  const listen = (event) => {
    if (view.isConnected) tell(event.detail);
  };
  document.addEventListener("activecell", listen);
  unfollow = () => document.removeEventListener("activecell", listen);
  excel.activeCell().then(tell, () => {});
}

function shownFormula(declared, parts) {
  const shown = [element("b", {}, `=${declared.name}`), "("];
  for (const [index, part] of parts.entries()) {
    if (index) shown.push(",", element("wbr"), " ");
    shown.push(
      part.text
        ? element("span", {}, part.text)
        : element("span", { class: "missing" }, part.missing ? part.name : ""),
    );
  }
  return [...shown, ")"];
}

function fieldFor(argument, contracts, changed) {
  const blank = argument.default ? ` Left blank: ${argument.default}.` : "";
  const field = fieldOf({
    name: argument.name,
    id: `argument-${argument.name}`,
    shape: argument.shape,
    optional: !argument.required || argument.default,
    unit: argument.unit,
    help: `${argument.help}.${blank}`,
    placeholder: placeholderOf(argument),
    offers: argument.name === "contract" ? contracts : optionsOf(argument),
    code: true,
    changed,
  });
  return { argument, ...field };
}

function placeholderOf(argument) {
  if (argument.shape === "table") return "table or range";
  if (argument.unit === "option" || argument.unit === "text") return "";
  if (argument.shape === "cell") return argument.unit === "date" ? "cell or 1 Mar 2026" : "cell or value";
  return argument.unit === "date" ? "range or 1 Mar 2026" : "range or value";
}

async function insertFormula(declared, typed, place) {
  const cell = await excel.activeCell();
  const { formula, parts } = formulaOf(declared, typed, cell.sheet);
  const around = parts.find((part) => standsInside(cell, part.text));
  if (around) {
    say(
      place,
      "warn",
      `The selected cell, ${cell.address}, is among those of ${around.name}. ` +
        "Select an empty cell for the result, then insert again.",
    );
    return;
  }
  if (!cell.empty) {
    const question = `${cell.address} is not empty: it shows ${cell.text || "nothing"}. Replace it?`;
    if (!(await ask(place, question, "Replace it", "Keep it"))) return;
  }
  const shown = await excel.writeFormula(cell.sheet, cell.cells, formula);
  const [kind, ...words] = outcome(declared.name, cell.address, shown);
  say(place, kind, ...words);
}

function standsInside(cell, text) {
  const range = parseAddress(text);
  if (!range) return false;
  const at = parseAddress(cell.cells);
  return isInside({ ...at, sheet: cell.sheet }, { ...range, sheet: range.sheet || cell.sheet });
}

const AT_THE_CELL = "Point at the sign beside the cell to read why";
const WHY = {
  "#VALUE!": AT_THE_CELL,
  "#N/A": AT_THE_CELL,
  // Excel shows no reason of ours with this one.
  "#NUM!": "A number or a date is outside what it may be",
};

function outcome(name, address, shown) {
  if (shown === "") return ["good", `${name} is in ${address} and still calculating.`];
  if (shown === "#NAME?") {
    return [
      "wrong",
      `${address} shows #NAME?: Excel does not know ${name} yet. Wait until the functions have ` +
        "loaded and press F2, then Enter, in the cell.",
    ];
  }
  if (shown === "#SPILL!") {
    return [
      "warn",
      `${address} shows #SPILL!: the result needs empty cells below and to the right. Clear them, ` +
        "or undo and choose another cell.",
    ];
  }
  if (/^#[A-Z]/.test(shown)) {
    return [
      "warn",
      `${name} is in ${address} and shows ${shown}. ` +
        `${WHY[shown] ?? "One of its inputs shows that error"}; ` +
        "the tab Check lists everything that is wrong in the tables.",
    ];
  }
  return ["good", `${name} is in ${address} and shows ${shown}.`];
}

