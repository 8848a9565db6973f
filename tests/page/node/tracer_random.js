// Random numbers of the page, for many keys.
import { readFileSync } from "node:fs";
import {
  normal,
  pathHash,
  permutation,
  philox,
  uniform,
  words,
} from "../../../src/chainrule/page/web/graph/random.js";

/** @param {any} asked */
function answer({ counter, seed, step, purpose, path, rows, columns }) {
  /** @type {[number, number]} */
  const key = [seed, step];
  const hash = pathHash(path);
  return {
    hash,
    philox: [...philox(counter, [seed, hash])],
    words: [...words(key, purpose, hash, rows, columns)],
    uniform: [...uniform(key, purpose, hash, rows, columns)],
    normal: [...normal(key, purpose, hash, rows, columns)],
    permutation: [...permutation(key, columns * 7)],
  };
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)));
