// A session of xlwings' custom functions within Pyodide, as xlwings Lite runs one.
//
//   node pyodide_run.mjs PYODIDE_FOLDER SESSION.py JOB.json ANSWER.json
//
// The job is that of session.py, with "wheels" to be unpacked first. As in the add-in, the cells
// come from JavaScript, where a blank one is null.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

async function run(folder, sessionFile, jobFile, answerFile) {
  const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
  const job = JSON.parse(readFileSync(jobFile, "utf8"));
  const pyodide = await loadPyodide({ indexURL: folder, env: job.env });
  for (const wheel of job.wheels) {
    pyodide.unpackArchive(new Uint8Array(readFileSync(wheel)), "whl");
  }
  const files = { ...job.files, "session.py": readFileSync(sessionFile, "utf8") };
  pyodide.FS.mkdirTree("/workbook");
  for (const [name, text] of Object.entries(files)) {
    pyodide.FS.writeFile(`/workbook/${name}`, text);
  }
  pyodide.globals.set("module", job.module);
  pyodide.runPython(`
import json, sys
sys.path.insert(0, "/workbook")
import session
session.start(module)


async def call(request):
    return json.dumps(await session.call(request.to_py()))
`);
  const call = pyodide.globals.get("call");
  const results = [];
  for (const request of job.calls) {
    results.push(JSON.parse(await call(request)));
  }
  pyodide.globals.set("script", job.script);
  await pyodide.runPythonAsync("await session.run_script(script)");
  const summary = JSON.parse(pyodide.runPython("json.dumps(session.summary())"));
  writeFileSync(answerFile, JSON.stringify({ ...summary, results }));
}

try {
  await run(...process.argv.slice(2));
  process.exit(0);
} catch (error) {
  console.error(String(error?.stack ?? error).slice(-4000));
  process.exit(1);
}
