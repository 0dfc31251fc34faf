// A field that takes a cell, a range, a table or a value, with the button that takes the selection.

import * as excel from "./excel.js";
import { button, counted, element, icon, onceAtATime } from "./page.js";

/**
 * A field with its label, unit, help and faults.
 * @param {object} wanted
 *   name: its label and what screen readers say;
 *   id: its id; shape: what the selection is taken as; optional: whether it may stay empty;
 *   unit, help, placeholder: words; offers: texts to choose from; list: the id of a datalist;
 *   code: whether the label is a name of a formula;
 *   changed: called after each change
 * @returns {{view: HTMLElement, input: HTMLInputElement, blame: Function, forgive: Function,
 *   fill: Function}}
 */
export function fieldOf({ name, id, shape, optional, unit, help, placeholder, offers = [], list, code, changed }) {
  const taken = element("p", { class: "taken small", role: "status" });
  const fault = element("p", { class: "fault", id: `${id}-fault`, hidden: true });
  const input = element("input", {
    type: "text",
    id,
    list,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    placeholder,
    "aria-describedby": help ? `${id}-help ${id}-fault` : `${id}-fault`,
    "aria-required": optional ? null : "true",
    input: () => fill(input.value, ""),
  });
  const label = `Use selection for ${name}`;
  const take = button("take", { "aria-label": label }, icon("take"), "Use selection");
  const buttons = offers.map((offer) => {
    const choose = () => fill(input.value === offer ? "" : offer, "");
    return button(null, { "aria-pressed": "false", click: choose }, offer);
  });

  function fill(text, words) {
    if (input.value !== text) input.value = text;
    for (const each of buttons) {
      each.setAttribute("aria-pressed", String(each.textContent === text));
    }
    forgive();
    taken.textContent = words;
    changed?.();
  }

  function blame(words) {
    fault.textContent = words;
    fault.hidden = false;
    input.setAttribute("aria-invalid", "true");
  }

  function forgive() {
    fault.hidden = true;
    input.removeAttribute("aria-invalid");
  }

  const takeSelection = async () => {
    const selected = await excel.selectionAs(shape);
    fill(selected.text, sizeOf(selected));
  };
  onceAtATime(take, takeSelection, blame);

  const view = element(
    "div",
    { class: "field" },
    element(
      "div",
      { class: "label" },
      element("label", { class: code ? "code" : null, for: id }, name),
      optional ? element("span", { class: "unit small" }, "optional") : null,
      unit ? element("span", { class: "unit small" }, unit) : null,
    ),
    help ? element("p", { class: "small", id: `${id}-help` }, help) : null,
    element("div", { class: "row" }, input, take),
    buttons.length
      ? element("div", { class: "offers", role: "group", "aria-label": `Choices for ${name}` }, buttons)
      : null,
    taken,
    fault,
  );
  return { view, input, blame, forgive, fill };
}

function sizeOf({ rows, columns }) {
  if (rows * columns === 1) return "One cell";
  return `${counted(rows, "row")} × ${counted(columns, "column")}`;
}
