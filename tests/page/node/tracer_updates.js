// The numbers of each step that the page takes from optimizers, schedules and the run's length.
import { readFileSync } from "node:fs";
import { updateParts } from "../../../src/chainrule/page/web/graph/index.js";

/** @param {any} asked */
function answer({ optimizer, run, steps, losses }) {
  const { rule, clips, constraints, average } = updateParts(optimizer, run);
  const { twin, slots, start, names, byTensor, hidesOverflow, scheduled, lr } = rule;
  const numbers = steps.map((/** @type {number} */ step) => rule.numbers(step));
  const seen = losses.map((/** @type {number} */ loss) => {
    rule.observe({ val_loss: loss });
    return rule.numbers(1);
  });
  const about = { twin, slots, start, names, byTensor, hidesOverflow, scheduled, lr };
  return { ...about, clips, constraints, average, numbers, seen };
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)));
