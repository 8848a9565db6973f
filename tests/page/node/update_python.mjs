// Writes the Python code of each example, and reads it back.
import { EXAMPLES } from "../../../src/chainrule/page/web/scenes/one_update/examples.js";
import { python } from "../../../src/chainrule/page/web/scenes/one_update/python.js";
import { exampleOf, initial } from "../../../src/chainrule/page/web/scenes/one_update/state.js";

const answers = Object.keys(EXAMPLES).map((example) => {
  const state = { ...initial(), example, step: 2, look: "dW1[0, 0]" };
  if (example === "convolution") state.look = "dW1[0, 1, 0, 1]";
  const text = python.write(state);
  const back = python.read(text);
  const same = python.write(back) === text;
  return { example, text, same, step: back.step, rows: exampleOf(back).data };
});
const refused = ["net = cr.Network(cr.Dense(1), loss=cr.SquaredError())", "nonsense(", ""].map(
  (text) => {
    try {
      python.read(text);
      return "";
    } catch (error) {
      return /** @type {Error} */ (error).name;
    }
  },
);
process.stdout.write(JSON.stringify({ answers, refused }));
