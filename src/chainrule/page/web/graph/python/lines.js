// Code that a scene reads by its own words: lines that it would leave out are refused.
import { Refusal } from "../../app/refusal.js";

/** A string, a comment, a number, or a blank. */
const PART = /("[^"]*"|'[^']*')|#.*$|(?<![\w.])(\d+(?:\.\d*)?(?:e[-+]?\d+)?)|\s+/g;

/** A line without comments, blanks, and different ways to write a number. @param {string} line */
const plain = (line) =>
  line
    .replace(PART, (_, string, number) => string ?? (number ? String(Number(number)) : ""))
    .replaceAll("'", '"');

/**
 * Refuse code with a line that the page's own code for the same state does not have: what stands in
 * it would be lost.
 *
 * @param {string} text the code that was read
 * @param {string} code the code that the page writes for what it read
 */
export function checkLines(text, code) {
  const mine = new Set(code.split("\n").map(plain));
  const other = text.split("\n").find((line) => plain(line) && !mine.has(plain(line)));
  if (other !== undefined)
    throw new Refusal("graph.python_ignored", { line: other.trim().slice(0, 60) });
}
