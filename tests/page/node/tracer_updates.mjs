// Reads optimizers and run lengths; writes the numbers of each step.
import { readFileSync } from "node:fs";

const [, , file, graph] = process.argv;
const { updateParts } = await import(graph);
const answers = JSON.parse(readFileSync(file, "utf8")).map(({ optimizer, run, steps, losses }) => {
  const { rule, clips, constraints, average } = updateParts(optimizer, run);
  const { twin, slots, start, names, byTensor, hidesOverflow, scheduled } = rule;
  const numbers = steps.map((step) => rule.numbers(step));
  const seen = losses.map((loss) => {
    rule.observe({ val_loss: loss });
    return rule.numbers(1);
  });
  const about = { twin, slots, start, names, byTensor, hidesOverflow, scheduled };
  return { ...about, clips, constraints, average, numbers, seen };
});
process.stdout.write(JSON.stringify(answers));
