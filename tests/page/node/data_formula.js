// Formulas: what is read, with its values, derivatives and Python; what is refused, with its key.
import { readFileSync } from "node:fs";
import { Refusal } from "../../../src/chainrule/page/web/app/refusal.js";
import { parseFormula } from "../../../src/chainrule/page/web/data/formula.js";

const { formulas, names, aliases, x } = JSON.parse(readFileSync(0, "utf8"));
const n = x[0].length;
const answers = formulas.map((/** @type {string} */ text) => {
  try {
    const formula = parseFormula(text, names, { aliases });
    const { value, gradient } = formula.gradients(x, n);
    const again = parseFormula(formula.text, names);
    const sure = String(again.values(x, n)) === String(value) && again.text === formula.text;
    return {
      text: formula.text,
      equation: formula.equation,
      python: formula.python,
      kind: formula.kind,
      notes: formula.notes,
      same: sure && String(formula.values(x, n)) === String(value),
      value: [...value].map(String),
      gradient: gradient.map((column) => [...column].map(String)),
    };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return { key: refusal.key, values: refusal.values };
  }
});
console.log(JSON.stringify(answers));
