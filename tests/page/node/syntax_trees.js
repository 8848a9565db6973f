// Reads pairs of texts by name, and prints the names whose two texts do not mean the same.
import { readFileSync } from "node:fs";
import { parse } from "acorn";

/** @param {string} text */
function treeOf(text) {
  const tree = parse(text, { ecmaVersion: "latest", sourceType: "module" });
  return JSON.stringify(tree, (key, value) => {
    if (key === "start" || key === "end") return undefined;
    return typeof value === "bigint" ? String(value) : value;
  });
}

/** @type {Record<string, [string, string]>} */
const pairs = JSON.parse(readFileSync(0, "utf-8"));
const wrong = Object.entries(pairs).filter(([, [one, other]]) => treeOf(one) !== treeOf(other));
process.stdout.write(JSON.stringify(wrong.map(([name]) => name)));
