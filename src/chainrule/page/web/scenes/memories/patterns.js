// Patterns as they are kept, drawn, damaged and bundled. A pattern is rows of # and . in one text.
import { pathHash, SAMPLE, words } from "../../energy/random.js";

/** @typedef {Int8Array} Signs −1 and 1, row by row */

/** Two hexadecimal digits for eight units: the short form of links and states. @param {ArrayLike<number>} s */
export function pack(s) {
  let text = "";
  for (let i = 0; i < s.length; i += 4) {
    let digit = 0;
    for (let k = 0; k < 4; k++) if (s[i + k] > 0) digit |= 8 >> k;
    text += digit.toString(16);
  }
  return text;
}

/** @param {string} text @param {number} N @returns {Signs} */
export const unpack = (text, N) =>
  Int8Array.from({ length: N }, (_, i) => (parseInt(text[i >> 2], 16) & (8 >> (i % 4)) ? 1 : -1));

/** True if a text is the short form of N units. @param {any} text @param {number} N */
export const isPacked = (text, N) =>
  typeof text === "string" && text.length === Math.ceil(N / 4) && /^[0-9a-f]*$/.test(text);

/** The short form of a drawing. @param {string} drawing */
const drawn = (drawing) =>
  pack(Array.from(drawing.replace(/\s/g, ""), (c) => (c === "#" ? 1 : -1)));

/**
 * Exactly round(noise · N) units of a pattern flipped, at places that the seed decides.
 *
 * @param {Signs} s @param {number} noise @param {number} seed @param {number} throwNumber
 * @returns {Signs}
 */
export function withNoise(s, noise, seed, throwNumber) {
  const drawn = words([seed, throwNumber], SAMPLE, pathHash("memories/noise"), 0, 1, s.length);
  const order = Array.from(s.keys()).sort((a, b) => drawn[a] - drawn[b] || a - b);
  const flipped = new Set(order.slice(0, Math.round(noise * s.length)));
  return s.map((v, i) => (flipped.has(i) ? -v : v));
}

/** Random patterns of fair signs. @param {number} M @param {number} N @param {number} seed */
export const randomPatterns = (M, N, seed) =>
  Array.from({ length: M }, (_, m) =>
    pack(
      Array.from(words([seed, 0], SAMPLE, pathHash("memories/patterns"), m, 1, N), (w) =>
        w >>> 31 ? 1 : -1,
      ),
    ),
  );

/**
 * Bundled sets.
 *
 * @type {Record<string, { rows: number, columns: number, rule: string, patterns: string[] }>}
 */
export const SETS = {
  shapes: {
    rows: 8,
    columns: 8,
    rule: "hebb",
    patterns: [
      drawn(`.##..##.
             ########
             ########
             ########
             .######.
             ..####..
             ...##...
             ........`),
      drawn(`##....##
             ###..###
             .######.
             ..####..
             ..####..
             .######.
             ###..###
             ##....##`),
      drawn(`..####..
             .#....#.
             #.#..#.#
             #......#
             #.#..#.#
             #..##..#
             .#....#.
             ..####..`),
    ],
  },
  letters: {
    rows: 8,
    columns: 8,
    rule: "pseudo_inverse",
    patterns: [
      drawn(`...##...
             ..####..
             .##..##.
             .##..##.
             .######.
             .##..##.
             .##..##.
             ........`),
      drawn(`..####..
             .##..##.
             .##.....
             .##.....
             .##.....
             .##..##.
             ..####..
             ........`),
      drawn(`.######.
             .##.....
             .##.....
             .#####..
             .##.....
             .##.....
             .######.
             ........`),
      drawn(`.##..##.
             .##..##.
             .##..##.
             .######.
             .##..##.
             .##..##.
             .##..##.
             ........`),
      drawn(`.##..##.
             .###.##.
             .######.
             .##.###.
             .##..##.
             .##..##.
             .##..##.
             ........`),
      drawn(`.######.
             ...##...
             ...##...
             ...##...
             ...##...
             ...##...
             ...##...
             ........`),
    ],
  },
  digits: {
    rows: 6,
    columns: 5,
    rule: "hebb",
    patterns: [
      drawn(".###. #...# #...# #...# #...# .###."),
      drawn(".##.. ..#.. ..#.. ..#.. ..#.. ..#.."),
      drawn("###.. ...#. ...#. .##.. #.... #####"),
    ],
  },
  tiny: {
    rows: 3,
    columns: 3,
    rule: "hebb",
    patterns: [drawn("#.# .#. #.#"), drawn("### ... ###")],
  },
};
