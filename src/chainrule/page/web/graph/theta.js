// θ at the beginning: every tensor has its own random stream, keyed by its path.
import { Refusal } from "../app/refusal.js";
import { initialize } from "./initializers.js";
import { INIT, normal, pathHash, uniform } from "./random.js";
import { isWhole, seen } from "./settings.js";
import { product } from "./shapes.js";

/** @typedef {import("./shapes.js").Shape} Shape */

/**
 * The random stream of one tensor: a row of the tensor is a row of the stream.
 *
 * @param {number} seed
 * @param {string} path
 * @returns {import("./initializers.js").Draw}
 */
export function stream(seed, path) {
  const hash = pathHash(path);
  const drawn = (/** @type {typeof uniform} */ numbers, /** @type {Shape} */ shape) => {
    const [rows, columns] = shape.length ? [shape[0], product(shape.slice(1))] : [1, 1];
    const all = Int32Array.from({ length: rows }, (_, i) => i);
    return numbers([seed, 0], INIT, hash, all, columns);
  };
  return { uniform: (shape) => drawn(uniform, shape), normal: (shape) => drawn(normal, shape) };
}

/**
 * Return θ at the beginning, with Python's bits.
 *
 * @param {import("./trace.js").Programs} programs
 * @param {{ seed?: number, dtype?: "float32" | "float64" }} network
 * @returns {Float32Array | Float64Array}
 */
export function initialTheta({ train }, { seed = 0, dtype = "float32" }) {
  if (!isWhole(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new Refusal("graph.seed", { got: seen(seed) });
  }
  if (dtype !== "float32" && dtype !== "float64") {
    throw new Refusal("graph.dtype", { got: seen(dtype) });
  }
  const theta = new (dtype === "float64" ? Float64Array : Float32Array)(train.size);
  for (const p of train.params) {
    if (!p.init) throw new Error("a Program from bytes has no initializers");
    const values = initialize(p.init, p.shape, stream(seed, p.path));
    theta.set(values, p.start);
  }
  return theta;
}
