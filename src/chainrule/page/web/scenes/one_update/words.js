// The reference's English sentences in the page's language.

/** @typedef {import("../../app/texts.js").Translate} Translate */
/** @typedef {import("../../reference/stages.js").Quantity} Quantity */
/** @typedef {import("../../graph/trace.js").Program} Program */

/** @type {[RegExp, string, string[]][]} */
const NOTES = [
  [/^max is the largest z of the row\./, "note.max", []],
  [/^It is drawn:/, "note.drawn", []],
  [/^(\S+) is made of it\.$/, "note.made", ["name"]],
  [/^The chain rule begins with dL/, "note.begins", []],
  [/^Row (\d+) of the batch is row (\d+) of the data\.$/, "note.row", ["row", "data"]],
  [/^It is the largest of the (\d+) numbers of its window\.$/, "note.window", ["count"]],
  [/^It is not the largest of any window\.$/, "note.no_window", []],
  [/^The op (\S+) .*does not say of which terms\.$/, "note.op", ["op"]],
  [/^(\S+(?: \S+)*) = (\S+) in the run, whose engine/, "note.run", ["name", "value"]],
  [/^Number (\d+) is not in this batch\.$/, "note.absent", ["number"]],
];

/**
 * Return a note, line by line; what is an equation stays as it is.
 *
 * @param {string} note
 * @param {Translate} t
 * @returns {string[]}
 */
export function noteLines(note, t) {
  return note
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      for (const [pattern, key, gaps] of NOTES) {
        const found = pattern.exec(line);
        if (found)
          return t(
            `one_update.${key}`,
            Object.fromEntries(gaps.map((gap, k) => [gap, found[k + 1]])),
          );
      }
      return line;
    });
}

/**
 * Return what a given quantity is.
 *
 * @param {Quantity} q
 * @param {Translate} t
 */
export function givenText(q, t) {
  const known = ["x", "y", "c", "N", "key", "row", "lam"];
  const plain = q.symbol.replace(/(?<=^[cy])_.*|\d+$/, "");
  if (known.includes(plain)) return t(`one_update.given.${plain}`);
  if (q.equation.startsWith("a parameter")) return t("one_update.given.parameter");
  if (q.equation.startsWith("a running")) return t("one_update.given.statistic");
  if (q.equation.startsWith("a slot")) return t("one_update.given.slot");
  if (q.equation.startsWith("the loss")) return t("one_update.loss");
  if (q.equation.startsWith("a gradient")) return t("one_update.given.gradient");
  if (q.equation.startsWith("the average")) return t("one_update.given.average");
  return t("one_update.given.input");
}

/**
 * Return true if each row of the batch has its own numbers in this quantity.
 *
 * @param {Quantity} q
 * @param {Program} program
 * @param {number} rows
 */
export function isOfRows(q, program, rows) {
  if (q.array.shape[0] !== rows) return false;
  const value = program.values.find((v) => v.symbol === q.symbol || `d${v.symbol}` === q.symbol);
  return value ? value.shape[0] === 0 : /^(row|mask|noise|p)\d*$/.test(q.symbol);
}
