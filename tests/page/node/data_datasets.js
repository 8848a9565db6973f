// Bundled sets and splits, number for number.
import { readFileSync } from "node:fs";
import { points, split, splitOff } from "../../../src/chainrule/page/web/data/datasets.js";

const { sets, splits, offs } = JSON.parse(readFileSync(0, "utf8"));
console.log(
  JSON.stringify({
    sets: sets.map((/** @type {any} */ settings) => {
      const { x, y } = points(settings);
      return { x: [...x], y: [...y] };
    }),
    splits: splits.map((/** @type {any} */ { y, ...how }) => {
      const { train, test } = split(y, how);
      return [[...train], [...test]];
    }),
    offs: offs.map((/** @type {any} */ { y, ...how }) => {
      const { train, test } = splitOff(y, how);
      return [[...train], [...test]];
    }),
  }),
);
