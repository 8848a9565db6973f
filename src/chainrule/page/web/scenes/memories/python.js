// The same memories in Python, and the way back.
import { Refusal } from "../../app/refusal.js";
import { checkLines } from "../../graph/python/lines.js";
import { RULES } from "../../energy/rules.js";
import { pack } from "./patterns.js";
import { initial, reduce, signsOf } from "./state.js";

/** A drawing as Python text, one row a line. @param {ArrayLike<number>} s @param {number} columns */
function drawing(s, columns) {
  const lines = [];
  for (let i = 0; i < s.length; i += columns)
    lines.push(Array.from({ length: columns }, (_, k) => (s[i + k] > 0 ? "#" : ".")).join(""));
  return `"${lines.join(" ")}"`;
}

/** @param {import("./state.js").State} state */
export function write(state) {
  const { patterns, start } = signsOf(state);
  const settings = [`rule="${RULES[state.rule].word}"`];
  if (state.order !== "random") settings.push(`order="${state.order}"`);
  if (state.temperature > 0) settings.push(`temperature=${state.temperature}`, "sweeps=20");
  if (state.seed) settings.push(`seed=${state.seed}`);
  return `import numpy as np

import chainrule as cr


def signs(drawing):
    return [1 if cell == "#" else -1 for cell in drawing.replace(" ", "")]


patterns = [
${patterns.map((p) => `    ${drawing(p, state.columns)},`).join("\n")}
]
start = ${drawing(start, state.columns)}

network = cr.Hopfield(${settings.join(", ")}).store([signs(p) for p in patterns])
path = network.recall(signs(start))
print(path)
print(path.overlaps[-1].round(3))
print(np.where(path.state.reshape(${state.rows}, ${state.columns}) > 0, "#", "."))

modern = cr.energy.ModernHopfield(beta=${state.beta}).store([signs(p) for p in patterns])
print(modern.attention(signs(start)).round(3))

dense = cr.energy.DenseAssociativeMemory(n=${state.power}).store([signs(p) for p in patterns])
print(dense.recall(signs(start)))
`;
}

/** @param {string} text @returns {import("./state.js").State} */
export function read(text) {
  const list = /patterns = \[\n([\s\S]*?)\n\]/.exec(text)?.[1];
  const start = /start = "([#. ]+)"/.exec(text)?.[1];
  const drawings = list ? [...list.matchAll(/"([^"]*)"/g)].map(([, one]) => one) : [];
  if (!start || !drawings.length) throw new Refusal("memories.python.patterns");
  const shape = (/** @type {string} */ one) => {
    const lines = one.trim().split(/\s+/);
    if (!/^[#. ]+$/.test(one) || lines.some((line) => line.length !== lines[0].length))
      throw new Refusal("memories.python.drawing", { drawing: one.slice(0, 60) });
    return { rows: lines.length, columns: lines[0].length };
  };
  const { rows, columns } = shape(drawings[0]);
  const packed = (/** @type {string} */ one) => {
    const own = shape(one);
    if (own.rows !== rows || own.columns !== columns)
      throw new Refusal("memories.python.drawing", { drawing: one.slice(0, 60) });
    return pack(Array.from(one.replace(/\s/g, ""), (c) => (c === "#" ? 1 : -1)));
  };
  const word = /Hopfield\([^)]*rule="([\w-]+)"/.exec(text)?.[1] ?? "hebb";
  const rule = Object.keys(RULES).find((name) => RULES[name].word === word);
  if (!rule) throw new Refusal("memories.python.rule", { rule: word });
  const number = (/** @type {RegExp} */ pattern, /** @type {number} */ usual) =>
    Number(pattern.exec(text)?.[1] ?? usual);
  const first = initial();
  const to = {
    rows,
    columns,
    rule,
    selected: 0,
    patterns: drawings.map(packed),
    start: packed(start),
    order: /order="(\w+)"/.exec(text)?.[1] ?? "random",
    temperature: number(/temperature=([\d.e-]+)/, 0),
    seed: number(/seed=(\d+)/, 0),
    beta: number(/beta=([\d.e-]+)/, first.beta),
    power: number(/n=(\d+)/, first.power),
  };
  const next = reduce(first, { type: "replace", to });
  if (next === first) throw new Refusal("memories.python.values");
  checkLines(text, write(next));
  return next;
}
