// Activations: one op for each value, or for the last axis.
import { Refusal } from "../../app/refusal.js";
import { number } from "../settings.js";
import { shown } from "../shapes.js";

/** A layer without settings. @param {string} op @returns {import("./layer.js").Layer} */
const plain = (op) => ({ call: (z) => z.tape.record(op, [z]) });

export const ReLU = plain("relu");
export const ReLU6 = plain("relu6");
export const SELU = plain("selu");
export const GELU = plain("gelu");
export const SiLU = plain("silu");
export const Mish = plain("mish");
export const Softplus = plain("softplus");
export const Softsign = plain("softsign");
export const HardSigmoid = plain("hard_sigmoid");
export const Sigmoid = plain("sigmoid");
export const Tanh = plain("tanh");
export const Softmax = plain("softmax");
export const LogSoftmax = plain("log_softmax");

/** @type {import("./layer.js").Layer} */
export const Identity = { call: (x) => x };

/** @type {import("./layer.js").Layer} */
export const LeakyReLU = {
  rules: { slope: number({ atLeast: 0 }) },
  call: (z, { slope }) => z.tape.record("leaky_relu", [z], { slope }),
};

/** @type {import("./layer.js").Layer} */
export const ELU = {
  rules: { alpha: number({ above: 0 }) },
  call: (z, { alpha }) => z.tape.record("elu", [z], { alpha }),
};

/** @type {import("./layer.js").Layer} */
export const PReLU = {
  call(z, { init, trainable }) {
    if (z.shape.length < 2) {
      throw new Refusal("graph.channels", { where: z.tape.where(), got: shown(z.shape) });
    }
    const alpha = z.tape.param("alpha", z.shape.slice(-1), init, { trainable });
    return z.tape.record("prelu", [z, alpha]);
  },
};
