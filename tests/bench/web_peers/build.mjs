// Bundles the pages of the bench; workers get plain addresses beside them.
import { build } from "esbuild";

const core = "../../../web/src/core";
const common = { bundle: true, format: "esm", outdir: "build", logLevel: "warning", loader: { ".css": "css" } };
const workers = {
  name: "workers",
  setup(run) {
    run.onResolve({ filter: /\?worker&url$/ }, ({ path }) => ({ path, namespace: "worker" }));
    run.onLoad({ filter: /.*/, namespace: "worker" }, ({ path }) => ({ contents: `export default "/${path.replace(/^.*\//, "").replace(/\.ts\?.*$/, ".js")}"` }));
  },
};

await build({ ...common, entryPoints: ["page.ts", "acts.ts"], splitting: true, plugins: [workers] });
await build({ ...common, entryPoints: { "maskCoder.worker": `${core}/maskCoder.worker.ts`, "local.worker": `${core}/segment/local.worker.ts` } });
