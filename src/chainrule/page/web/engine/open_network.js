// A network that is not trained here: Programs from a file over one theta.
import { Refusal } from "../app/refusal.js";
import { Engine } from "./binding.js";
import { Network } from "./network.js";

/** @typedef {ArrayLike<number>} Numbers */

export class OpenNetwork extends Network {
  /** @param {import("./network.js").NetworkParts & { dtype: "float32" | "float64" }} parts */
  static async open({ dtype, ...parts }) {
    if (!parts.programs?.predict) throw new Refusal("engine.no_program", { mode: "predict" });
    return new OpenNetwork(await Engine.open(dtype), parts);
  }

  get about() {
    return { size: this.theta.length, dtype: this.engine.dtype };
  }

  /** @param {import("./rows.js").Inputs} x @param {number} n @param {[number, number]} key seed and step */
  sample(x, n, key) {
    return this.predict(x, n, { mode: "sample", key });
  }

  /** @param {Numbers} theta */
  setTheta(theta) {
    if (theta.length !== this.theta.length)
      throw new Refusal("engine.theta_size", { expected: this.theta.length, got: theta.length });
    this.theta.view.set(theta);
  }
}
