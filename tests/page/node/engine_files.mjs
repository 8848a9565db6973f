// What the page's loader does: the compiled engine as bytes, without a server.
import { readFileSync } from "node:fs";

const folder = new URL("../../../src/chainrule/page/web/engine/", import.meta.url);
/** @type {any} */ (globalThis).chainruleFiles = Object.fromEntries(
  ["f32_simd", "f32_plain", "f64_plain"].map((name) => [
    `engine/${name}.wasm.gz`,
    new Uint8Array(readFileSync(new URL(`${name}.wasm.gz`, folder))),
  ]),
);
