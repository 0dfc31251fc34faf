// Everything that this page asks of Excel (Office.js), and Excel's errors in plain words.

import { addressOf, columnOfTable, parseAddress, sheetInAddress } from "./formula.js";

const PATIENCE = { tries: 20, pause: 250 };
const STILL_CALCULATING = new Set(["#BUSY!", "#GETTING_DATA"]);

/** What Excel refused, as a sentence for the person. */
export class ExcelProblem extends Error {}

const REASONS = {
  InvalidOperationInCellEditMode:
    "Excel is in the middle of an entry. Press Enter or Esc in the sheet, then try again.",
  AccessDenied: "The sheet is protected. Unprotect it, or choose another sheet.",
  InvalidSelection: "Select cells in one block first, on a sheet with cells.",
  ItemNotFound: "There is no such sheet, table or name in this workbook.",
  InvalidReference: "This is not an address of cells in this workbook.",
  InvalidArgument: "This is not an address of cells in this workbook.",
  ResponsePayloadSizeLimitExceeded: "That is too large. Choose the table only, not whole columns.",
  RequestPayloadSizeLimitExceeded: "That is too large. Choose the table only, not whole columns.",
};

async function inExcel(work) {
  if (typeof Excel === "undefined") {
    throw new ExcelProblem("This works inside Excel only. Open this pane in Excel.");
  }
  try {
    return await Excel.run(work);
  } catch (error) {
    if (error instanceof ExcelProblem) throw error;
    throw new ExcelProblem(REASONS[error.code] ?? `Excel refused: ${error.message}`);
  }
}

/** Whether this page stands in Excel, once Office.js knows. */
export async function isExcel() {
  if (typeof Office === "undefined") return false;
  const { host } = await Office.onReady();
  return host === "Excel";
}

/** Whether Excel's own theme is dark; null where it does not say. */
export function isDarkTheme() {
  const theme = globalThis.Office?.context?.officeTheme;
  if (typeof theme?.isDarkTheme === "boolean") return theme.isDarkTheme;
  const colour = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(theme?.bodyBackgroundColor);
  if (!colour) return null;
  return colour.slice(1).reduce((sum, part) => sum + Number.parseInt(part, 16), 0) < 384;
}

/** The cell into which something typed would go, now. */
export function activeCell() {
  return inExcel(async (context) => {
    const cell = context.workbook.getActiveCell();
    cell.load({ address: true, formulas: true, values: true, text: true, worksheet: { name: true } });
    await context.sync();
    return describedCell(cell);
  });
}

function describedCell(cell) {
  const { cells } = parseAddress(cell.address);
  return {
    address: cell.address,
    cells,
    sheet: cell.worksheet.name,
    text: cell.text[0][0],
    empty: isEmpty(cell.formulas[0][0], cell.values[0][0]),
  };
}

// A cell into which another's result spills has a value, and may have no formula.
function isEmpty(formula, value) {
  return formula === "" && value === "";
}

/** Tell the active cell now and whenever another is selected while the pane is seen. */
export async function watchActiveCell(tell) {
  const look = async () => {
    if (document.hidden) return;
    try {
      tell(await activeCell());
    } catch {
      tell(null);
    }
  };
  await inExcel(async (context) => {
    context.workbook.onSelectionChanged.add(look);
    await context.sync();
  });
  document.addEventListener("visibilitychange", look);
  await look();
}

/**
 * What is selected, as an argument of a formula. Inside a table it is the table's own reference,
 * which holds as the table grows; for a table, one cell stands for all that it is part of.
 * @param {"cell" | "cells" | "column" | "table"} shape what the argument takes
 * @returns {Promise<{text: string, rows: number, columns: number}>}
 */
export function selectionAs(shape) {
  return inExcel(async (context) => {
    const selected = context.workbook.getSelectedRange();
    const tables = selected.getTables(false);
    selected.load("address,rowCount,columnCount");
    tables.load("items/name");
    await context.sync();
    const inTable = tables.items.length === 1 ? tables.items[0] : null;
    if (inTable) {
      const found = await inTableAs(context, selected, inTable, shape);
      if (found) return found;
    }
    if (shape === "table" && selected.rowCount * selected.columnCount === 1) {
      const block = selected.getSurroundingRegion();
      block.load("address,rowCount,columnCount");
      await context.sync();
      return described(block);
    }
    return described(selected);
  });
}

function described(range, text = range.address) {
  return { text, rows: range.rowCount, columns: range.columnCount };
}

async function inTableAs(context, selected, table, shape) {
  const whole = table.getRange();
  const body = table.getDataBodyRange();
  const headings = table.getHeaderRowRange();
  whole.load("address,rowCount,columnCount");
  body.load("address,rowCount");
  headings.load("values");
  await context.sync();
  const picked = parseAddress(selected.address);
  const all = parseAddress(whole.address);
  const rows = parseAddress(body.address);
  const within =
    picked.top >= all.top && picked.bottom <= all.bottom &&
    picked.left >= all.left && picked.right <= all.right;
  if (shape === "table" && within) return described(whole, `${table.name}[#All]`);
  if (picked.top !== rows.top || picked.bottom !== rows.bottom || !within) return null;
  if (picked.left !== picked.right || selected.rowCount === 1) return null;
  const heading = String(headings.values[0][picked.left - all.left]);
  return described(selected, columnOfTable(table.name, heading));
}

/** The tables of the workbook, by name. */
export function tableNames() {
  return inExcel(async (context) => {
    const { tables } = context.workbook;
    tables.load("items/name");
    await context.sync();
    return tables.items.map((table) => table.name);
  });
}

/**
 * The cells of a table, an address or a name, without what is blank around them.
 * @returns {Promise<{values: any[][], sheet: string, top: number, left: number} | null>} values
 *   as Excel has them, dates as serials; null where all is blank
 */
export function cellsOf(reference) {
  return inExcel(async (context) => {
    const range = await rangeOf(context, reference);
    const used = range.getUsedRangeOrNullObject(true);
    used.load({ address: true, values: true, worksheet: { name: true } });
    await context.sync();
    if (used.isNullObject) return null;
    const { top, left } = parseAddress(used.address);
    return { values: used.values, sheet: used.worksheet.name, top, left };
  });
}

async function rangeOf(context, reference) {
  const { workbook } = context;
  const text = reference.trim().replace(/^=/, "").replace(/\[#All\]$/i, "");
  const address = parseAddress(text);
  if (address) {
    const sheet = address.sheet
      ? workbook.worksheets.getItem(address.sheet)
      : workbook.worksheets.getActiveWorksheet();
    return sheet.getRange(address.cells.replace(/#$/, ""));
  }
  const table = workbook.tables.getItemOrNullObject(text);
  const name = workbook.names.getItemOrNullObject(text);
  table.load("name");
  name.load("name");
  await context.sync();
  if (!table.isNullObject) return table.getRange();
  if (!name.isNullObject) return name.getRange();
  throw new ExcelProblem(
    `“${text}” is neither a table, a name nor an address such as Sheet1!A1:H20 in this workbook.`,
  );
}

/** Select cells, showing their sheet. */
export function select(sheet, cells) {
  return inExcel(async (context) => {
    const page = context.workbook.worksheets.getItem(sheet);
    page.activate();
    page.getRange(cells).select();
    await context.sync();
  });
}

/**
 * Write a formula into a cell and wait until it has calculated.
 * @returns {Promise<string>} what the cell shows; empty where it is still calculating
 */
export async function writeFormula(sheet, cells, formula) {
  const at = (context) => context.workbook.worksheets.getItem(sheet).getRange(cells);
  await inExcel(async (context) => {
    at(context).formulas = [[formula]];
    await context.sync();
  });
  for (let tried = 0; tried < PATIENCE.tries; tried += 1) {
    const [text, value] = await inExcel(async (context) => {
      const cell = at(context);
      cell.load("text,values");
      await context.sync();
      return [cell.text[0][0], cell.values[0][0]];
    });
    // A column too narrow for a number shows a row of #.
    if (!STILL_CALCULATING.has(value)) return /^#+$/.test(text) ? String(value) : text;
    await new Promise((resolve) => setTimeout(resolve, PATIENCE.pause));
  }
  return "";
}

/**
 * The first cell that is not empty among those that something would cover; null where all are.
 * @param {object} from the cell it starts at, as activeCell gives it
 */
export function occupiedCell(from, rows, columns) {
  return inExcel(async (context) => {
    const area = areaAt(context, from, rows, columns);
    area.load("formulas,values");
    await context.sync();
    const { top, left } = parseAddress(from.address);
    for (const [row, cells] of area.formulas.entries()) {
      const column = cells.findIndex((formula, at) => !isEmpty(formula, area.values[row][at]));
      if (column >= 0) return addressOf(top + row, left + column);
    }
    return null;
  });
}

function areaAt(context, from, rows, columns) {
  return context.workbook.worksheets
    .getItem(from.sheet)
    .getRange(from.cells)
    .getResizedRange(rows - 1, columns - 1);
}

/**
 * Write rows of cells and make them a table of Excel.
 * @param {any[][]} rows heading row first
 * @param {string[][]} formats a number format for each cell
 * @param {string} wanted the table's name where it is free
 * @returns {Promise<string>} the name that the table has
 */
export function writeTable(from, rows, formats, wanted) {
  return inExcel(async (context) => {
    const taken = context.workbook.tables.getItemOrNullObject(wanted);
    const name = context.workbook.names.getItemOrNullObject(wanted);
    taken.load("name");
    name.load("name");
    await context.sync();
    const area = areaAt(context, from, rows.length, rows[0].length);
    // Formats first: a text such as 7 para 5 must not become something else on its way in.
    area.numberFormat = formats;
    area.values = rows;
    const cells = parseAddress(from.address);
    const last = addressOf(cells.top + rows.length - 1, cells.left + rows[0].length - 1);
    const table = context.workbook.tables.add(
      `${sheetInAddress(from.sheet)}!${from.cells}:${last}`,
      true,
    );
    if (taken.isNullObject && name.isNullObject) table.name = wanted;
    area.format.autofitColumns();
    table.load("name");
    await context.sync();
    return table.name;
  });
}
