// Tables as text: columns with their kinds, and the chosen rows; or the key of a refusal.
import { readFileSync } from "node:fs";
import { Refusal } from "../../../src/chainrule/page/web/app/refusal.js";
import {
  choose,
  readTable,
  readTableInSlices,
  suggestion,
  textOf,
} from "../../../src/chainrule/page/web/data/tables.js";

const { cases, large } = JSON.parse(readFileSync(0, "utf8"));
const answers = cases.map((/** @type {any} */ { text, bytes, encoding, how, wanted }) => {
  try {
    const words = bytes ? textOf(Uint8Array.from(bytes), encoding) : text;
    const table = readTable(words, how);
    const found = suggestion(table);
    const about = {
      names: table.columns.map(({ name }) => name),
      kinds: table.columns.map(({ kind }) => kind),
      cells: table.columns.map(({ cells }) => cells),
      lines: [...table.lines],
      delimiter: table.delimiter,
      header: table.header,
      asked: table.headerAsked,
      notes: table.notes.map(({ key }) => key),
      suggestion: found,
    };
    if (wanted === undefined) return about;
    const chosen = choose(table, { ...found, ...wanted });
    return {
      ...about,
      chosen: {
        ...chosen,
        x: [...chosen.x],
        y: [...chosen.y],
        notes: chosen.notes.map(({ key }) => key),
      },
    };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return { key: refusal.key, values: refusal.values };
  }
});

// A large table in slices: the longest time between two breaths.
let longest = 0;
let rows = 0;
if (large) {
  const text = Array.from(
    { length: large },
    (_, i) => `${i},${(i * 7) % 13},${i % 2 ? "a" : "b"}`,
  ).join("\n");
  let last = performance.now();
  const clock = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    return now;
  };
  const table = await readTableInSlices(
    `x,y,c\n${text}`,
    {},
    () => (last = performance.now()),
    clock,
  );
  rows = table.lines.length;
}
console.log(JSON.stringify({ answers, longest, rows }));
