// What xlwings' custom-functions-code.js asks of the page, without the rest of xlwings' scripts:
// xlwings Server has scripts that change workbooks, and this add-in has none of them to run.
// Excel may call a function as soon as the page is there, so the names exist at once and each
// call waits for the module behind it. utils.js also sets globalThis.xwRequest, through which the
// calls go to the server; together.js has them travel together.
(() => {
  const scripts = document.getElementById("config").dataset.static;
  const utils = import(`${scripts}/js/utils.js`).then(async (found) => {
    try {
      const { together } = await import("./together.js");
      globalThis.xwRequest.post = together(globalThis.xwRequest.post, globalThis.config.together);
    } catch (error) {
      // Each call goes by itself, then.
      console.warn(error);
    }
    return found;
  });
  const entraid = import(`${scripts}/js/entraid.js`);
  globalThis.xlwings = {
    getAccessToken: async () => (await entraid).getAccessToken(),
    getCultureInfoName: async () => (await utils).getCultureInfoName(),
    getDateFormat: async () => (await utils).getDateFormat(),
  };
})();
