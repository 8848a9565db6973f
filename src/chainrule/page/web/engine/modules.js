// The compiled engine: which module fits a network, and where its bytes come from.
import { Refusal } from "../app/refusal.js";

/** @typedef {"f32_simd" | "f32_plain" | "f64_plain"} ModuleName */

/** A module that uses one instruction on vectors: it is valid where a browser has them. */
const WITH_VECTORS = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
]);

/** @type {Map<string, Promise<WebAssembly.Module>>} */
const loaded = new Map();

/** @returns {boolean} true if this browser has WebAssembly's 128-bit vectors */
function hasVectors() {
  return WebAssembly.validate(WITH_VECTORS);
}

/**
 * Return the module for a type of numbers. Both float32 modules give the same bits.
 *
 * @param {"float32" | "float64"} dtype
 * @returns {ModuleName}
 */
export function moduleFor(dtype) {
  if (dtype === "float64") return "f64_plain";
  return hasVectors() ? "f32_simd" : "f32_plain";
}

/**
 * Return a compiled module. The single-file page holds its bytes in `chainruleFiles`; else they
 * are fetched from beside this file.
 *
 * @param {ModuleName} name
 * @returns {Promise<WebAssembly.Module>}
 */
export function loadModule(name) {
  let promise = loaded.get(name);
  if (!promise) {
    promise = bytesOf(`engine/${name}.wasm.gz`)
      .then((bytes) => WebAssembly.compile(bytes))
      .catch((error) => {
        throw new Refusal("engine.no_module", { name, why: String(error?.message ?? error) });
      });
    loaded.set(name, promise);
    promise.catch(() => loaded.delete(name)); // a later call tries again
  }
  return promise;
}

/**
 * @param {string} file its path below the page's own folder
 * @returns {Promise<ArrayBuffer>} its bytes, decompressed
 */
async function bytesOf(file) {
  /** @type {any} */
  const page = globalThis;
  /** @type {Uint8Array<ArrayBuffer> | undefined} */
  const held = page.chainruleFiles?.[file];
  const packed = held ? new Blob([held]) : await fetched(file);
  const stream = packed.stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/** @param {string} file */
async function fetched(file) {
  const address = new URL(`../${file}`, import.meta.url);
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${file}: the server answered ${answer.status}`);
  return answer.blob();
}
