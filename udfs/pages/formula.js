// From what is typed in the fields to a formula. Knows neither the page, Excel nor the server.

const MONTHS = [
  "january", "february", "march", "april", "may", "june",
  "july", "august", "september", "october", "november", "december",
];
const SHEET = String.raw`(?:'(?:[^']|'')+'!|[^'"!()+*/^&,;:=\s]+!)?`;
const CELL = String.raw`\$?[A-Za-z]{1,3}\$?[1-9]\d{0,6}`;
const COLUMNS = String.raw`\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}`;
const ROWS = String.raw`\$?[1-9]\d{0,6}:\$?[1-9]\d{0,6}`;
const ADDRESS = new RegExp(`^${SHEET}(?:${CELL}(?::${CELL}|#)?|${COLUMNS}|${ROWS})$`, "u");
const STRUCTURED = /^[\p{L}_][\p{L}\p{N}_.]*\[.*\]$/u;
const NAME = new RegExp(`^${SHEET}[\\p{L}_\\\\][\\p{L}\\p{N}_.]*$`, "u");
const NUMBER = /^([-+]?)£?\s*((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)\s*(%?)$/;
const QUOTED = /^"(?:[^"]|"")*"$/;

/**
 * What is typed in a field, as it stands in the formula.
 * @returns {{text: string} | {fault: string}} the text, empty where the field is; or what is wrong
 */
export function argumentText(argument, typed) {
  const given = typed.replaceAll("\u00a0", " ").trim();
  if (given === "") {
    if (argument.required && !argument.default) return missing(argument);
    // Excel may hand over a 0 for a required argument that is left out; an empty text is blank.
    return { text: argument.required ? '""' : "" };
  }
  if (given.startsWith("=")) return ownFormula(given.slice(1).trim());
  if (ADDRESS.test(given) || STRUCTURED.test(given) || QUOTED.test(given)) return { text: given };
  if (argument.unit === "option") return optionText(argument, given);
  if (argument.unit === "text") return { text: quoted(given) };
  const number = NUMBER.exec(given);
  if (number) {
    return { text: number[1].replace("+", "") + number[2].replaceAll(",", "") + number[3] };
  }
  if (/dates?$/.test(argument.unit)) {
    const day = dayText(given, argument.name === "month");
    if (day) return day;
  }
  if (NAME.test(given)) return { text: given };
  if (/[()*/^&]/.test(given) || /[\w)] ?[+-] ?[\w(]/.test(given)) return ownFormula(given);
  return {
    fault:
      `“${given}” is neither a cell, a range, a name nor a value. ` +
      "Start with = to write a formula of your own.",
  };
}

function missing(argument) {
  const table = argument.shape === "table";
  return { fault: `Enter ${argument.name}: ${table ? "a table" : "a cell, a range or a value"}.` };
}

function ownFormula(text) {
  let depth = 0;
  let inText = false;
  let several = false;
  for (const sign of text) {
    if (sign === '"') inText = !inText;
    if (inText) continue;
    if ("([{".includes(sign)) depth += 1;
    if (")]}".includes(sign)) depth -= 1;
    if (sign === "," && depth === 0) several = true;
    if (depth < 0) break;
  }
  if (!text || depth !== 0 || inText) {
    return { fault: "This formula is not complete: a bracket or a quotation mark is missing." };
  }
  if (several) return { fault: "A comma would begin the next argument. Give one value here." };
  return { text };
}

/** The options of an argument, as its help names them. */
export function optionsOf(argument) {
  if (argument.unit !== "option") return [];
  return argument.help.match(/^[a-z_]+(?:(?:, | or )[a-z_]+)+/)?.[0].split(/, | or /) ?? [];
}

function optionText(argument, given) {
  const options = optionsOf(argument);
  const wanted = given.toLowerCase().replace(/[ -]/g, "_");
  if (options.includes(wanted)) return { text: quoted(wanted) };
  if (NAME.test(given)) return { text: given };
  return { fault: `“${given}” is not one of: ${options.join(", ")}.` };
}

function dayText(given, monthWanted) {
  const found =
    /^(?<day>\d{1,2})[/.-](?<month>\d{1,2})[/.-](?<year>\d{2,4})$/.exec(given) ??
    /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})$/.exec(given) ??
    /^(?<day>\d{1,2})(?:st|nd|rd|th)? (?<word>[a-z]{3,9}),? (?<year>\d{2,4})$/i.exec(given) ??
    (monthWanted ? /^(?<word>[a-z]{3,9}) (?<year>\d{4})$/i.exec(given) : null);
  if (!found) return null;
  const { day = "1", word, year } = found.groups;
  const month = word ? monthNamed(word) : Number(found.groups.month);
  if (year.length !== 4) return { fault: `Write the year of “${given}” with four figures.` };
  const date = new Date(Date.UTC(Number(year), month - 1, Number(day)));
  const exists =
    month && date.getUTCMonth() === month - 1 && date.getUTCDate() === Number(day) && year >= 1900;
  if (exists) return { text: `DATE(${Number(year)},${month},${Number(day)})` };
  const hint = month > 12 ? " Write the day first, then the month." : "";
  return { fault: `“${given}” is not a day of the calendar.${hint}` };
}

/** The number of a month by its name, in full or in three letters; 0 where it is none. */
function monthNamed(word) {
  const lower = word.toLowerCase().replace(/^sept$/, "sep");
  return 1 + MONTHS.findIndex((name) => name === lower || name.slice(0, 3) === lower);
}

/** A text as it stands in a formula. */
export function quoted(text) {
  return `"${text.replaceAll('"', '""')}"`;
}

/**
 * The formula that the fields make, and what is wrong with them.
 * @param {object} declared the function, as the catalogue has it
 * @param {string[]} typed one text for each argument
 * @param {string} sheet the sheet of the cell that it goes into; its name is left out
 * @returns {{formula: string, parts: object[], faults: Map<number, string>}} parts are the
 *   arguments up to the last that is needed, each with its text, or missing
 */
export function formulaOf(declared, typed, sheet = "") {
  const faults = new Map();
  const parts = declared.arguments.map((argument, index) => {
    const { text, fault } = argumentText(argument, typed[index] ?? "");
    if (fault) faults.set(index, fault);
    return { name: argument.name, text: withoutSheet(text ?? "", sheet), missing: Boolean(fault) };
  });
  while (parts.length && !parts.at(-1).text && !parts.at(-1).missing) parts.pop();
  const formula = `=${declared.name}(${parts.map((part) => part.text).join(",")})`;
  return { formula, parts, faults };
}

/** A reference without the name of the sheet that it stands on. */
export function withoutSheet(text, sheet) {
  const found = parseAddress(text);
  return found && found.sheet !== "" && found.sheet === sheet ? found.cells : text;
}

/**
 * What an address names: sheet, its cells as text, and rows and columns counted from 0.
 * @returns {{sheet: string, cells: string, top: number, left: number, bottom: number,
 *   right: number} | null} null where the text is no address
 */
export function parseAddress(text) {
  if (!ADDRESS.test(text)) return null;
  const mark = text.lastIndexOf("!");
  let sheet = text.slice(0, Math.max(mark, 0));
  if (sheet.startsWith("'")) sheet = sheet.slice(1, -1).replaceAll("''", "'");
  const cells = text.slice(mark + 1);
  const [first, last = first] = cells.replace(/[$#]/g, "").split(":");
  const start = corner(first);
  const end = corner(last);
  return {
    sheet,
    cells,
    top: start.row ?? 0,
    left: start.column ?? 0,
    bottom: end.row ?? 1_048_575,
    right: end.column ?? 16_383,
  };
}

function corner(text) {
  const [, letters, digits] = /^([A-Za-z]*)(\d*)$/.exec(text);
  let column = null;
  if (letters) {
    column = 0;
    for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64;
    column -= 1;
  }
  return { column, row: digits ? Number(digits) - 1 : null };
}

/** The address of one cell, rows and columns counted from 0. */
export function addressOf(row, column) {
  let letters = "";
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26)) {
    letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters;
  }
  return letters + (row + 1);
}

/** A sheet's name as it stands before an exclamation mark. */
export function sheetInAddress(name) {
  return /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name) && !ADDRESS.test(name)
    ? name
    : `'${name.replaceAll("'", "''")}'`;
}

/** Whether a cell stands inside a range. */
export function isInside(cell, range) {
  return (
    cell.sheet === range.sheet &&
    cell.top >= range.top &&
    cell.top <= range.bottom &&
    cell.left >= range.left &&
    cell.left <= range.right
  );
}

// Tables of which an officer may have one of the same name for something else.
const NEVER_BY_THEIR_BARE_NAME = ["cohort", "prices", "costs", "rates", "agreed", "budget"];

/** Which of the workbook's tables is called as an input is, such as PbrTerms for Terms. */
export function tableFor(input, names) {
  const name = input.toLowerCase();
  const bare = NEVER_BY_THEIR_BARE_NAME.includes(name) ? [] : [name, `tbl${name}`];
  const wanted = [`pbr${name}`, ...bare];
  return names.find((one) => wanted.includes(one.toLowerCase().replaceAll("_", "")));
}

/** The reference to a column of a table by its heading, which holds as the table grows. */
export function columnOfTable(table, heading) {
  const escaped = heading.replace(/[[\]#']/g, "'$&");
  return /^[\p{L}\p{N}_ ]+$/u.test(heading) ? `${table}[${heading}]` : `${table}[[${escaped}]]`;
}
