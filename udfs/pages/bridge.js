// What xlwings' custom-functions-code.js asks of the page, without the rest of xlwings' scripts:
// xlwings Server has scripts that change workbooks, and this add-in has none of them to run.
// Excel may call a function as soon as the page is there, so the names exist at once and each
// call waits for the module behind it. utils.js also sets globalThis.xwRequest.
(() => {
  const scripts = document.getElementById("config").dataset.static;
  const utils = import(`${scripts}/js/utils.js`);
  const entraid = import(`${scripts}/js/entraid.js`);
  globalThis.xlwings = {
    getAccessToken: async () => (await entraid).getAccessToken(),
    getCultureInfoName: async () => (await utils).getCultureInfoName(),
    getDateFormat: async () => (await utils).getDateFormat(),
  };
})();
