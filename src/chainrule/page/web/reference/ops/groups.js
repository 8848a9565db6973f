// The entries that are standardized together with one entry.
import { placeOf } from "../arrays.js";
import { everywhere, upTo } from "../entries.js";

/** @typedef {import("../arrays.js").NumberArray} NumberArray */
/** @typedef {import("../entries.js").Place} Place */

/**
 * Return the index of all entries of the group that an entry belongs to.
 *
 * @param {number[]} at
 * @param {NumberArray} x
 * @param {number} groups 0: the group is the line of the last axis
 * @returns {Place}
 */
export function indexOfAll(at, x, groups) {
  const channels = x.shape[x.shape.length - 1];
  if (!groups) return [...at.slice(0, -1), upTo(channels)];
  const each = channels / groups;
  const axes = everywhere([...x.shape.slice(1, -1), each]);
  const first = Math.floor(at[at.length - 1] / each) * each;
  const last = /** @type {number[]} */ (axes.pop()).map((c) => first + c);
  return [at[0], ...axes, last];
}

/** @param {NumberArray} a @param {Place} place @returns {number[]} the numbers there */
export function indexAt(a, place) {
  const many = Math.max(...place.map((n) => (typeof n === "number" ? 1 : n.length)));
  return upTo(many).map(
    (k) =>
      a.data[
        placeOf(
          a.shape,
          place.map((n) => (typeof n === "number" ? n : n[k])),
        )
      ],
  );
}
