// Layers for the columns of tables: words that look up vectors, and some of the columns.
import { Refusal } from "../../app/refusal.js";
import { isWhole, seen, whole } from "../settings.js";
import { shown } from "../shapes.js";

/** @type {import("./layer.js").Layer} */
export const Embedding = {
  rules: { count: whole(1), units: whole(1) },
  call(x, { count, units, init, penalty, trainable }) {
    x.expectIndex();
    const W = x.tape.param("W", [count, units], init, { trainable, penalty });
    return x.tape.record("look_up", [x, W]);
  },
};

/** @type {import("./layer.js").Layer} */
export const Columns = {
  rules: {
    start: whole(0),
    stop(where, name, value, { start }) {
      if (!isWhole(value) || value <= start) {
        throw new Refusal("graph.must_be_whole", {
          where,
          setting: name,
          got: seen(value),
          low: isWhole(start) ? start + 1 : 1,
        });
      }
    },
  },
  call(x, { start, stop }) {
    if (x.shape.length !== 2 || x.shape[1] < stop) {
      throw new Refusal("graph.columns", { where: x.tape.where(), stop, got: shown(x.shape) });
    }
    return x.tape.record("take_columns", [x], { start, stop });
  },
};
