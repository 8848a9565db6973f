// The name of a state: a memory, its inverse, a mixture of memories, or none of these.

/** @typedef {{ kind: "memory" | "inverse" | "mixture" | "other", text: string }} Name */

const EXHAUSTIVE = 8; // with at most this number of memories every mixture is tried

/** True if s is sign(Σ ±ξ) of these memories. @param {ArrayLike<number>[]} patterns
 * @param {number[]} members @param {number[]} signs @param {ArrayLike<number>} s */
const isMixture = (patterns, members, signs, s) => {
  for (let i = 0; i < s.length; i++) {
    let sum = 0;
    for (let n = 0; n < members.length; n++) sum += signs[n] * patterns[members[n]][i];
    if (Math.sign(sum) !== s[i]) return false;
  }
  return true;
};

/** @param {number[]} members @param {number[]} signs */
const wordsOf = (members, signs) =>
  members.map((k, i) => `${signs[i] > 0 ? "+" : "−"}${k}`).join(" ");

/** @param {number} n @param {number} size @returns {number[][]} */
function combinations(n, size, first = 0) {
  if (size === 0) return [[]];
  const found = [];
  for (let k = first; k <= n - size; k++)
    for (const rest of combinations(n, size - 1, k + 1)) found.push([k, ...rest]);
  return found;
}

/**
 * A function that names states beside these memories.
 *
 * @param {ArrayLike<number>[]} patterns
 * @returns {(s: ArrayLike<number>) => Name}
 */
export function namer(patterns) {
  /** @param {ArrayLike<number>} s @param {number} sign */
  const among = (s, sign) => patterns.findIndex((_, k) => isMixture(patterns, [k], [sign], s));
  return (s) => {
    const memory = among(s, 1);
    if (memory >= 0) return { kind: "memory", text: String(memory) };
    const inverse = among(s, -1);
    if (inverse >= 0) return { kind: "inverse", text: String(inverse) };
    const text = patterns.length <= EXHAUSTIVE ? mixtureOf(patterns, s) : nearest(patterns, s);
    return text === null ? { kind: "other", text: "" } : { kind: "mixture", text };
  };
}

/** The first mixture of an odd number of memories that s is, or null.
 * @param {ArrayLike<number>[]} patterns @param {ArrayLike<number>} s */
function mixtureOf(patterns, s) {
  for (let size = 3; size <= patterns.length; size += 2)
    for (const members of combinations(patterns.length, size))
      for (let n = 0; n < 2 ** size; n++) {
        const signs = members.map((_, i) => (n & (2 ** (size - 1 - i)) ? -1 : 1));
        if (isMixture(patterns, members, signs, s)) return wordsOf(members, signs);
      }
  return null;
}

/** With more than 8 memories: the mixture of those with the largest overlaps, if s is one.
 * @param {ArrayLike<number>[]} patterns @param {ArrayLike<number>} s @returns {string | null} */
function nearest(patterns, s) {
  const overlap = patterns.map((x) => Array.from(x).reduce((sum, v, i) => sum + v * s[i], 0));
  const order = patterns
    .map((_, k) => k)
    .sort((a, b) => Math.abs(overlap[b]) - Math.abs(overlap[a]) || a - b);
  for (const size of [3, 5, 7, 9]) {
    if (size > patterns.length) return null;
    const members = order.slice(0, size).sort((a, b) => a - b);
    const signs = members.map((k) => (overlap[k] < 0 ? -1 : 1));
    if (isMixture(patterns, members, signs, s)) return wordsOf(members, signs);
  }
  return null;
}
