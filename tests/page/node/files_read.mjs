// Reads files of chainrule as the page does, and prints what it found.
import { readFileSync } from "node:fs";
import { Refusal } from "../../../src/chainrule/page/web/app/refusal.js";
import { savedModel } from "../../../src/chainrule/page/web/files/saved_model.js";

const jobs = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
for (const { file, base64, rows } of jobs) {
  const bytes = base64 ? Buffer.from(base64, "base64") : readFileSync(file);
  try {
    const { model, recording, checked, version } = await savedModel(new Uint8Array(bytes));
    answers.push({ kind: model.kind, checked, version, ...inside(model, rows), ...run(recording) });
  } catch (why) {
    if (!(why instanceof Refusal)) throw why;
    answers.push({ refused: why.key });
  }
}
console.log(JSON.stringify(answers));

function inside(model, rows) {
  if (model.kind === "network") {
    const encoded =
      model.table && rows ? rows.map((row) => refusedOr(() => [...model.table.encode(row)])) : null;
    return { theta: [...model.theta], symbols: model.parts.map(({ symbol }) => symbol), encoded };
  }
  if (model.kind === "hopfield") {
    const { weights, thresholds, patterns } = model;
    return {
      weights: [...weights],
      thresholds: [...thresholds],
      patterns: patterns.map((p) => [...p]),
    };
  }
  const machines = model.machines ?? [model];
  return { W: machines.map(({ weights }) => [...weights.W.data]) };
}

function refusedOr(compute) {
  try {
    return compute();
  } catch (why) {
    if (!(why instanceof Refusal)) throw why;
    return why.key;
  }
}

function run(recording) {
  if (!recording) return {};
  const { states, columns, last, data } = recording;
  return {
    steps: states.map(({ step }) => step),
    thetas: states.map(({ theta }) => [...theta]),
    loss: [...columns.loss],
    last,
    rows: data?.X?.shape ?? null,
  };
}
