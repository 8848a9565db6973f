// The name of a state: a memory, its inverse, a mixture of memories, or none of these.

/** @typedef {{ kind: "memory" | "inverse" | "mixture" | "other", text: string }} Name */

const EXHAUSTIVE = 8; // with at most this number of memories every mixture is tried

/** @param {ArrayLike<number>} s */
const key = (s) => Array.from(s, (v) => (v > 0 ? "1" : v < 0 ? "-" : "0")).join("");

/** sign(±ξ ± ξ ± ξ), and its name.
 * @param {ArrayLike<number>[]} patterns @param {number[]} members @param {number[]} signs */
function mixture(patterns, members, signs) {
  const text = members.map((k, i) => `${signs[i] > 0 ? "+" : "−"}${k}`).join(" ");
  const state = Array.from(patterns[0], (_, i) =>
    Math.sign(members.reduce((sum, k, n) => sum + signs[n] * patterns[k][i], 0)),
  );
  return { text, state };
}

/** @param {number} n @param {number} size @returns {number[][]} */
function combinations(n, size, first = 0) {
  if (size === 0) return [[]];
  const found = [];
  for (let k = first; k <= n - size; k++)
    for (const rest of combinations(n, size - 1, k + 1)) found.push([k, ...rest]);
  return found;
}

/** A function that names states beside these memories. @param {ArrayLike<number>[]} patterns */
export function namer(patterns) {
  /** @type {Map<string, Name>} */
  const known = new Map();
  const put = (/** @type {string} */ k, /** @type {Name} */ name) =>
    known.has(k) || known.set(k, name);
  patterns.forEach((x, k) => put(key(x), { kind: "memory", text: String(k) }));
  patterns.forEach((x, k) =>
    put(key(Array.from(x, (v) => -v)), { kind: "inverse", text: String(k) }),
  );
  if (patterns.length <= EXHAUSTIVE)
    for (let size = 3; size <= patterns.length; size += 2)
      for (const members of combinations(patterns.length, size))
        for (let n = 0; n < 2 ** size; n++) {
          const signs = members.map((_, i) => (n & (2 ** (size - 1 - i)) ? -1 : 1));
          const { text, state } = mixture(patterns, members, signs);
          put(key(state), { kind: "mixture", text });
        }
  return (/** @type {ArrayLike<number>} */ s) =>
    known.get(key(s)) ?? nearest(patterns, s) ?? { kind: /** @type {const} */ ("other"), text: "" };
}

/** With more than 8 memories: the mixture of those with the largest overlaps, if s is one.
 * @param {ArrayLike<number>[]} patterns @param {ArrayLike<number>} s @returns {Name | null} */
function nearest(patterns, s) {
  if (patterns.length <= EXHAUSTIVE) return null;
  const overlap = patterns.map((x) => Array.from(x).reduce((sum, v, i) => sum + v * s[i], 0));
  const order = patterns
    .map((_, k) => k)
    .sort((a, b) => Math.abs(overlap[b]) - Math.abs(overlap[a]) || a - b);
  for (const size of [3, 5, 7, 9]) {
    if (size > patterns.length) return null;
    const members = order.slice(0, size).sort((a, b) => a - b);
    const signs = members.map((k) => (overlap[k] < 0 ? -1 : 1));
    const { text, state } = mixture(patterns, members, signs);
    if (key(state) === key(s)) return { kind: "mixture", text };
  }
  return null;
}
