// Dense: z = x W + b, and Maxout, the largest of several of them.
import { Refusal } from "../../app/refusal.js";
import { whole, word } from "../settings.js";
import { sameShape, shown } from "../shapes.js";
import { Node } from "../tape.js";
import { zeros } from "./layer.js";

/** @param {Node} x */
function expectRows(x) {
  x.expect(2, x.shape.length > 1 ? "graph.rows_flatten" : "graph.rows_column");
  x.expectReal();
}

/** The weights of the layer that `tie` names. @param {Node} x @param {string} tie @param {number[]} shape */
function tied(x, tie, shape) {
  const made = x.tape.params.get(`${tie}/W`);
  const expected = [...shape].reverse();
  if (!made || !sameShape(made.shape, expected)) {
    throw new Refusal("graph.tie", {
      where: x.tape.where(),
      tie,
      expected: shown(expected),
      got: made ? shown(made.shape) : "—",
    });
  }
  return new Node(x.tape, made.value);
}

/** @type {import("./layer.js").Layer} */
export const Dense = {
  rules: { units: whole(1), tie: word },
  call(x, { units, bias, init, penalty, trainable, tie }) {
    if (tie && penalty) throw new Refusal("graph.tie_penalty", { where: x.tape.where(), tie });
    expectRows(x);
    const shape = [x.shape[1], units];
    const W = tie
      ? x.tape.record("transpose", [tied(x, tie, shape)])
      : x.tape.param("W", shape, init, { trainable, penalty });
    if (!bias) return x.tape.record("linear", [x, W]);
    const b = x.tape.param("b", [units], zeros, { trainable });
    return x.tape.record("affine", [x, W, b]);
  },
};

/** @type {import("./layer.js").Layer} */
export const Maxout = {
  rules: { units: whole(1), pieces: whole(2) },
  call(x, { units, pieces, init, penalty, trainable }) {
    x.expect(2, "graph.rows_flatten");
    x.expectReal();
    const { tape } = x;
    const wide = pieces * units;
    const W = tape.param("W", [x.shape[1], wide], init, { trainable, penalty });
    const b = tape.param("b", [wide], zeros, { trainable });
    const z = tape.record("shift_columns", [tape.record("matmul", [x, W]), b]);
    // an image of pieces x 1 pixels, with a channel for each unit
    const image = tape.record("reshape", [z], { shape: [pieces, 1, units] });
    const window = { size: [pieces, 1], stride: [pieces, 1] };
    return tape.record("reshape", [tape.record("max_pool", [image], window)], { shape: [units] });
  },
};
