// The right error in the cell, with its reason.
//
// xlwings' custom-functions-code.js, which must stand before this on the page, throws #VALUE! for
// every call that the server refuses. The server begins the reason of another error with that
// error, such as "#N/A contract: found …": here it becomes that error, and the rest its message.
// Excel shows a message of its own for #NUM! (see docs/reference/hosts.md), and is given ours all the same.
(() => {
  const CODES = { "#N/A": "notAvailable", "#NUM!": "invalidNumber" };
  const SINCE = ["CustomFunctionsRuntime", "1.3"];
  const asValueError = globalThis.showError;
  globalThis.showError = (reason) => {
    const [, code, message] = /^(#N\/A|#NUM!) (.+)$/s.exec(reason) ?? [];
    if (!code || !Office.context.requirements.isSetSupported(...SINCE)) return asValueError(reason);
    throw new CustomFunctions.Error(CustomFunctions.ErrorCode[CODES[code]], message);
  };
})();
