// Runs Python in Node, with the packages of a site, as they run in a browser.
// node run.mjs RUNTIME PACKAGES CHECKOUT CODE: the folders of Pyodide's runtime, of the site's packages, of the checkout.
import fs from "node:fs";

const [runtime, packages, checkout, code] = process.argv.slice(2);
const { loadPyodide } = await import(`${runtime}/pyodide.mjs`);
const python = await loadPyodide({
  lockFileURL: `${packages}/pyodide-lock.json`, packageCacheDir: packages, stdout: console.log, stderr: console.error,
});
await python.loadPackage(["hhlab", "matplotlib", "pandas", "scipy"], { messageCallback() {} });
python.FS.mkdirTree("/checkout");
python.FS.mount(python.FS.filesystems.NODEFS, { root: checkout }, "/checkout");
try {
  console.log(await python.runPythonAsync(fs.readFileSync(code, "utf8")));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
