// Excel for tests, as Office.js shows it to a page: a workbook with sheets, tables and a selection.
//
// It is as strict as Excel: nothing can be read that was not loaded and synchronised, work is done
// in the order in which it was asked for, and what is not there fails with Excel's codes. It is put
// behind the real office.js, which stands outside Excel here. Formulas of associated functions are
// calculated through the page's own JavaScript, as Excel does it; other formulas are not known.
// A test fills the workbook through globalThis.fakeExcel.

(() => {
  class OfficeError extends Error {
    constructor(code, message = code) {
      super(message);
      this.code = code;
    }
  }

  const letters = (column) =>
    column < 26
      ? String.fromCharCode(65 + column)
      : letters(Math.floor(column / 26) - 1) + String.fromCharCode(65 + (column % 26));
  const columnOf = (text) => [...text].reduce((sum, one) => sum * 26 + one.charCodeAt(0) - 64, 0) - 1;
  const key = (row, column) => `${row},${column}`;
  const ADDRESS = /^\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?$/;

  // The workbook.
  const book = {
    sheets: new Map(),
    tables: new Map(),
    names: new Map(),
    selected: null,
    editing: false,
    protectedSheets: new Set(),
    listeners: [],
    asked: [],
  };

  function area(sheet, cells) {
    const columns = /^\$?([A-Z]+):\$?([A-Z]+)$/.exec(cells);
    if (columns) {
      return { sheet, top: 0, bottom: 1048575, left: columnOf(columns[1]), right: columnOf(columns[2]) };
    }
    const found = ADDRESS.exec(cells);
    if (!found) throw new OfficeError("InvalidArgument");
    const [, left, top, right = left, bottom = top] = found;
    return { sheet, top: top - 1, left: columnOf(left), bottom: bottom - 1, right: columnOf(right) };
  }

  function areaOf(address) {
    const mark = address.lastIndexOf("!");
    if (mark < 0) return area(book.selected.sheet, address);
    const sheet = address.slice(0, mark).replace(/^'|'$/g, "").replaceAll("''", "'");
    if (!book.sheets.has(sheet)) throw new OfficeError("ItemNotFound");
    return area(sheet, address.slice(mark + 1));
  }

  function cellsText({ top, left, bottom, right }) {
    const last = `${letters(right)}${bottom + 1}`;
    const first = `${letters(left)}${top + 1}`;
    return first === last ? first : `${first}:${last}`;
  }

  function addressText(where) {
    const plain = /^[A-Za-z_][A-Za-z0-9_.]*$/.test(where.sheet);
    return `${plain ? where.sheet : `'${where.sheet.replaceAll("'", "''")}'`}!${cellsText(where)}`;
  }

  const cellAt = (sheet, row, column) =>
    book.sheets.get(sheet).get(key(row, column)) ?? { formula: "", value: "" };

  function grid(where, read) {
    const rows = [];
    for (let row = where.top; row <= where.bottom; row += 1) {
      const cells = [];
      for (let column = where.left; column <= where.right; column += 1) {
        cells.push(read(cellAt(where.sheet, row, column)));
      }
      rows.push(cells);
    }
    return rows;
  }

  function put(sheet, row, column, cell) {
    const cells = book.sheets.get(sheet);
    if (cell.formula === "" && cell.value === "") cells.delete(key(row, column));
    else cells.set(key(row, column), { format: cells.get(key(row, column))?.format, ...cell });
  }

  function filled(sheet, within) {
    const places = [...book.sheets.get(sheet).keys()].map((place) => place.split(",").map(Number));
    return places.filter(
      ([row, column]) =>
        row >= within.top && row <= within.bottom && column >= within.left && column <= within.right,
    );
  }

  function hull(sheet, places) {
    if (!places.length) return null;
    const rows = places.map(([row]) => row);
    const columns = places.map(([, column]) => column);
    return {
      sheet,
      top: Math.min(...rows),
      bottom: Math.max(...rows),
      left: Math.min(...columns),
      right: Math.max(...columns),
    };
  }

  function shown(cell) {
    if (typeof cell.value !== "number") return String(cell.value);
    return cell.value.toLocaleString("en-GB", { maximumFractionDigits: 10, useGrouping: false });
  }

  // Formulas: one call of an associated function, its arguments references, values or DATE().
  const functions = new Map();

  function split(text) {
    const parts = [];
    let depth = 0;
    let inText = false;
    let from = 0;
    for (const [at, sign] of [...text].entries()) {
      if (sign === '"') inText = !inText;
      if (inText) continue;
      if ("([".includes(sign)) depth += 1;
      if (")]".includes(sign)) depth -= 1;
      if (sign === "," && depth === 0) {
        parts.push(text.slice(from, at));
        from = at + 1;
      }
    }
    return [...parts, text.slice(from)].map((part) => part.trim());
  }

  const ERROR_TYPES = { "#VALUE!": "Value", "#NUM!": "Num", "#N/A": "NotAvailable", "#REF!": "Ref" };
  const ERRORS = Object.fromEntries(Object.entries(ERROR_TYPES).map(([code, type]) => [type, code]));

  function argument(text, sheet) {
    if (text === "") return null;
    if (/^".*"$/.test(text)) return [[text.slice(1, -1).replaceAll('""', '"')]];
    if (/^[-+]?[\d.]+%?$/.test(text)) return [[Number.parseFloat(text) / (text.endsWith("%") ? 100 : 1)]];
    const date = /^DATE\((\d+),(\d+),(\d+)\)$/.exec(text);
    if (date) return [[Date.UTC(date[1], date[2] - 1, date[3]) / 86400000 + 25569]];
    const table = /^(\w+)\[(?:#All|\[?([^\]]+?)\]?)\]$/.exec(text);
    let where;
    if (table) {
      where = { ...book.tables.get(table[1]) };
      if (table[2]) {
        const heading = table[2].replace(/'(.)/g, "$1");
        const headings = grid({ ...where, bottom: where.top }, (cell) => cell.value)[0];
        where.left += headings.indexOf(heading);
        where.right = where.left;
        where.top += 1;
      }
    } else where = text.includes("!") ? areaOf(text) : area(sheet, text);
    return grid(where, (cell) =>
      ERROR_TYPES[cell.value]
        ? { type: "Error", basicType: "Error", basicValue: cell.value, errorType: ERROR_TYPES[cell.value] }
        : cell.value,
    );
  }

  async function calculate(sheet, row, column) {
    const cell = cellAt(sheet, row, column);
    const call = /^=(\w+)\((.*)\)$/s.exec(cell.formula);
    const address = `${sheet}!${letters(column)}${row + 1}`;
    if (!call || !functions.has(call[1])) {
      put(sheet, row, column, { ...cell, value: "#NAME?" });
      return;
    }
    put(sheet, row, column, { ...cell, value: "#BUSY!" });
    let rows;
    try {
      const given = call[2].trim() === "" ? [] : split(call[2]);
      rows = await functions.get(call[1])(...given.map((text) => argument(text, sheet)), { address });
    } catch (error) {
      rows = [[error instanceof CustomFunctions.Error ? error.code : "#VALUE!"]];
      cell.message = error.message;
    }
    const spill = { sheet, top: row, left: column, bottom: row + rows.length - 1, right: column + rows[0].length - 1 };
    if (filled(sheet, spill).length > 1) rows = [["#SPILL!"]];
    for (const [down, values] of rows.entries()) {
      for (const [across, result] of values.entries()) {
        const value = result?.type ? (result.basicValue ?? ERRORS[result.errorType]) : result;
        const own = down === 0 && across === 0;
        put(sheet, row + down, column + across, own ? { ...cell, value } : { formula: "", value });
      }
    }
  }

  // What a page sees of it.
  class Seen {
    constructor(context, read) {
      this.context = context;
      this.read = read;
      this.loaded = {};
      this.isNull = undefined;
    }

    load(what) {
      const names =
        typeof what === "string" ? what.split(",").map((name) => name.trim()) : Object.keys(what);
      this.context.queue.push(() => {
        const found = this.read();
        this.isNull = found === null;
        if (found === null) return;
        for (const name of names) {
          if (!(name.split("/")[0] in this.readers)) throw new OfficeError("InvalidArgument", name);
          const top = name.split("/")[0];
          this.loaded[top] = this.readers[top](found);
        }
      });
      return this;
    }

    get isNullObject() {
      if (this.isNull === undefined) throw new OfficeError("PropertyNotLoaded", "isNullObject");
      return this.isNull;
    }

    value(name) {
      if (!(name in this.loaded)) throw new OfficeError("PropertyNotLoaded", name);
      return this.loaded[name];
    }

    later(work) {
      this.context.queue.push(() => {
        const found = this.read();
        if (found === null) throw new OfficeError("ItemNotFound");
        return work(found);
      });
    }
  }

  function withProperties(type, readers) {
    type.prototype.readers = readers;
    for (const name of Object.keys(readers)) {
      const own = Object.getOwnPropertyDescriptor(type.prototype, name) ?? {};
      Object.defineProperty(type.prototype, name, {
        get() {
          return this.value(name);
        },
        set: own.set,
        configurable: true,
      });
    }
  }

  const refuseProtected = (sheet) => {
    if (book.protectedSheets.has(sheet)) throw new OfficeError("AccessDenied");
  };

  class FakeRange extends Seen {
    set formulas(rows) {
      this.later((where) => {
        refuseProtected(where.sheet);
        for (const [down, cells] of rows.entries()) {
          for (const [across, formula] of cells.entries()) {
            put(where.sheet, where.top + down, where.left + across, { formula, value: "" });
            calculate(where.sheet, where.top + down, where.left + across);
          }
        }
      });
    }

    set values(rows) {
      this.later((where) => {
        refuseProtected(where.sheet);
        for (const [down, cells] of rows.entries()) {
          for (const [across, value] of cells.entries()) {
            const text = cellAt(where.sheet, where.top + down, where.left + across).format === "@";
            if (typeof value === "string" && value.startsWith("=") && !text) {
              throw new Error("a text became a formula");
            }
            const number = typeof value === "string" && !text && value !== "" && !Number.isNaN(Number(value));
            const kept = number ? Number(value) : value;
            put(where.sheet, where.top + down, where.left + across, { formula: kept, value: kept });
          }
        }
      });
    }

    set numberFormat(rows) {
      this.later((where) => {
        for (const [down, cells] of rows.entries()) {
          for (const [across, format] of cells.entries()) {
            const place = key(where.top + down, where.left + across);
            const cell = cellAt(where.sheet, where.top + down, where.left + across);
            book.sheets.get(where.sheet).set(place, { ...cell, format });
          }
        }
      });
    }

    get format() {
      return { autofitColumns: () => this.later(() => {}) };
    }

    getResizedRange(down, across) {
      return this.part((where) => ({ ...where, bottom: where.bottom + down, right: where.right + across }));
    }

    getUsedRangeOrNullObject(valuesOnly) {
      if (valuesOnly !== true) throw new Error("formats would count");
      return this.part((where) => hull(where.sheet, filled(where.sheet, where)));
    }

    getSurroundingRegion() {
      return this.part((where) => {
        let region = where;
        for (;;) {
          const wider = {
            ...region,
            top: Math.max(region.top - 1, 0),
            left: Math.max(region.left - 1, 0),
            bottom: region.bottom + 1,
            right: region.right + 1,
          };
          const next = hull(where.sheet, filled(where.sheet, wider)) ?? where;
          if (JSON.stringify(next) === JSON.stringify(region)) return region;
          region = next;
        }
      });
    }

    getTables() {
      return new FakeTables(this.context, () => {
        const where = this.read();
        return [...book.tables].filter(
          ([, table]) =>
            table.sheet === where.sheet && table.top <= where.bottom && table.bottom >= where.top &&
            table.left <= where.right && table.right >= where.left,
        );
      });
    }

    select() {
      this.later((where) => fakeExcel.select(addressText(where)));
    }

    part(of) {
      return new FakeRange(this.context, () => {
        const where = this.read();
        return where === null ? null : of(where);
      });
    }
  }
  withProperties(FakeRange, {
    address: addressText,
    values: (where) => (book.asked.push(addressText(where)), grid(where, (cell) => cell.value)),
    formulas: (where) => grid(where, (cell) => cell.formula || cell.value),
    text: (where) => grid(where, shown),
    numberFormat: (where) => grid(where, (cell) => cell.format ?? "General"),
    rowCount: (where) => where.bottom - where.top + 1,
    columnCount: (where) => where.right - where.left + 1,
    worksheet: (where) => ({ name: where.sheet }),
  });

  class FakeTable extends Seen {
    set name(wanted) {
      this.later(([name, where]) => {
        book.tables.delete(name);
        book.tables.set(wanted, where);
        this.read = () => [wanted, where];
      });
    }

    getRange() {
      return this.part((where) => where);
    }

    getDataBodyRange() {
      return this.part((where) => ({ ...where, top: where.top + 1 }));
    }

    getHeaderRowRange() {
      return this.part((where) => ({ ...where, bottom: where.top }));
    }

    part(of) {
      return new FakeRange(this.context, () => of(this.read()[1]));
    }
  }
  withProperties(FakeTable, { name: ([name]) => name });

  class FakeTables extends Seen {
    getItemOrNullObject(wanted) {
      const found = () =>
        [...book.tables].find(([name]) => name.toLowerCase() === wanted.toLowerCase()) ?? null;
      return new FakeTable(this.context, found);
    }

    add(address, hasHeadings) {
      if (hasHeadings !== true) throw new Error("the headings would become a row");
      let made = null;
      this.context.queue.push(() => {
        made = [`Table${book.tables.size + 1}`, areaOf(address)];
        book.tables.set(...made);
      });
      return new FakeTable(this.context, () => made);
    }
  }
  withProperties(FakeTables, {
    items: (found) =>
      found.map((table) => {
        const seen = new FakeTable(Seen.current, () => table);
        [seen.loaded.name] = table;
        return seen;
      }),
  });

  class FakeName extends Seen {
    getRange() {
      return new FakeRange(this.context, () => areaOf(this.read()[1]));
    }
  }
  withProperties(FakeName, { name: ([name]) => name });

  class FakeSheet extends Seen {
    getRange(cells) {
      return new FakeRange(this.context, () => area(this.read(), cells));
    }

    activate() {
      this.later((sheet) => {
        if (book.selected.sheet !== sheet) fakeExcel.select(`'${sheet}'!A1`);
      });
    }
  }
  withProperties(FakeSheet, { name: (name) => name });

  class FakeWorkbook extends Seen {
    constructor(context) {
      super(context, () => "test.xlsx");
      this.tables = new FakeTables(context, () => [...book.tables]);
      this.names = {
        getItemOrNullObject: (wanted) =>
          new FakeName(context, () => [...book.names].find(([name]) => name === wanted) ?? null),
      };
      this.worksheets = {
        getItem: (name) =>
          new FakeSheet(context, () => {
            if (!book.sheets.has(name)) throw new OfficeError("ItemNotFound");
            return name;
          }),
        getActiveWorksheet: () => new FakeSheet(context, () => book.selected.sheet),
      };
      this.onSelectionChanged = { add: (listener) => context.queue.push(() => book.listeners.push(listener)) };
    }

    getSelectedRange() {
      return new FakeRange(this.context, () => {
        if (book.selected.several) throw new OfficeError("InvalidSelection");
        return book.selected;
      });
    }

    getActiveCell() {
      return new FakeRange(this.context, () => {
        const { sheet, top, left } = book.selected;
        return { sheet, top, left, bottom: top, right: left };
      });
    }
  }
  withProperties(FakeWorkbook, { name: (name) => name });

  class RequestContext {
    constructor() {
      this.queue = [];
      this.workbook = new FakeWorkbook(this);
      const culture = { load: () => culture, name: "en-GB" };
      const dates = { load: () => dates, shortDatePattern: "dd/mm/yyyy" };
      culture.datetimeFormat = dates;
      this.application = { cultureInfo: culture };
    }

    async sync() {
      await null;
      const work = this.queue.splice(0);
      if (book.editing) throw new OfficeError("InvalidOperationInCellEditMode");
      Seen.current = this;
      for (const one of work) one();
    }
  }

  globalThis.Excel = {
    RequestContext,
    async run(work) {
      const context = new RequestContext();
      const result = await work(context);
      await context.sync();
      return result;
    },
  };

  // What office.js has only inside Excel, once it has found out for itself that it is outside.
  const outside = Office.onReady();
  Office.onReady = async (tell) => {
    await outside;
    Object.assign(Office.context, {
      requirements: {
        isSetSupported: (set, version) => version <= (globalThis.fakeNewest?.[set] ?? version),
      },
      officeTheme: globalThis.fakeOfficeTheme,
    });
    const inside = { host: "Excel", platform: "OfficeOnline" };
    tell?.(inside);
    return inside;
  };
  CustomFunctions.ErrorCode = { invalidValue: "#VALUE!", notAvailable: "#N/A", invalidNumber: "#NUM!" };
  CustomFunctions.Error = class CustomFunctionsError extends Error {
    constructor(code, message) {
      super(message);
      this.code = code;
    }
  };
  CustomFunctions.associate = (name, work) => functions.set(name, work);

  globalThis.fakeExcel = {
    book,
    functions,
    /** A sheet with rows of values from A1 on. */
    addSheet(name, rows = []) {
      book.sheets.set(name, new Map());
      book.selected ??= area(name, "A1");
      this.fill(`'${name}'!A1`, rows);
    },
    fill(address, rows) {
      const { sheet, top, left } = areaOf(address);
      for (const [down, cells] of rows.entries()) {
        for (const [across, value] of cells.entries()) {
          if (value !== "" && value !== null) put(sheet, top + down, left + across, { formula: value, value });
        }
      }
    },
    addTable(name, address) {
      book.tables.set(name, areaOf(address));
    },
    select(address) {
      book.selected = areaOf(address);
      for (const listener of book.listeners) listener({ address: cellsText(book.selected) });
    },
    selection: () => addressText(book.selected),
    /** Formula, value and format of one cell. */
    cell(address) {
      const { sheet, top, left } = areaOf(address);
      return cellAt(sheet, top, left);
    },
    values: (address) => grid(areaOf(address), (cell) => cell.value),
  };
})();
