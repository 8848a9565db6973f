// The same machine in Python, and the way back.
import { Refusal } from "../../app/refusal.js";
import { checkLines } from "../../graph/python/lines.js";
import { clampOf, initial, reduce } from "./state.js";

/** @param {import("./state.js").State} state */
export function write(state) {
  const clamped = clampOf(state);
  const sampler = state.sampler === "CD" ? `CD(k=${state.k})` : `PCD(k=${state.k})`;
  const rows = (/** @type {string} */ text) =>
    text
      .match(/.{8}/g)
      ?.map((line) => `    "${line}"`)
      .join("\n") ?? "";
  const dream = clamped
    ? `known = np.array([c == "1" for c in (
${rows(state.known)}
)])
ink = np.array([int(c, 16) / 15 for c in (
${rows(state.values)}
)])
dreams = rbm.inpaint(np.tile(ink, (16, 1)), known, steps=1000, seed=${state.dreamSeed})`
    : `dreams = rbm.generate(16, steps=1000, seed=${state.dreamSeed})`;
  return `import numpy as np

import chainrule as cr

X, y = cr.datasets.digits()
X_train, y_train, X_test, y_test = cr.datasets.split(X / 16, y, seed=0)
${state.binary ? "X_train, X_test = (X_train > 0.5).astype(float), (X_test > 0.5).astype(float)\n" : ""}
rbm = cr.RBM(${state.hidden}, seed=${state.seed})
rbm.fit(
    X_train,
    sampler=cr.energy.${sampler},
    optimizer=cr.SGD(lr=${state.lr}),
    batch_size=${state.batch},
    epochs=50,
)
print(rbm.pseudo_likelihood(X_test).mean())

${dream}
for row in dreams[0].reshape(8, 8):
    print("".join(" .:-=+*#%@"[int(9 * p)] for p in row))
`;
}

/** @param {string} text @returns {import("./state.js").State} */
export function read(text) {
  const found = (/** @type {RegExp} */ pattern) => pattern.exec(text)?.[1];
  const hidden = found(/RBM\(\s*(\d+)/);
  if (!hidden) throw new Refusal("dreams.python.machine");
  const first = initial();
  const number = (/** @type {RegExp} */ pattern, /** @type {number} */ usual) =>
    Number(found(pattern) ?? usual);
  const digits = (/** @type {string} */ name) =>
    found(new RegExp(`${name} = np\\.array\\([\\s\\S]*?\\(\\n([\\s\\S]*?)\\n\\)`))?.replace(
      /[^0-9a-f]/g,
      "",
    );
  const to = {
    hidden: Number(hidden),
    seed: number(/RBM\([^)]*seed=(\d+)/, 0),
    sampler: found(/(P?CD)\(/) ?? first.sampler,
    k: number(/CD\(k=(\d+)/, 1),
    lr: number(/lr=([\d.e-]+)/, first.lr),
    batch: number(/batch_size=(\d+)/, first.batch),
    binary: /X_train > 0\.5/.test(text),
    dreamSeed: number(/(?:generate|inpaint)\(.*seed=(\d+)/, 0),
    known: digits("known") ?? first.known,
    values: digits("ink") ?? first.values,
  };
  const next = reduce(first, { type: "replace", to });
  if (next === first) throw new Refusal("dreams.python.values");
  checkLines(text, write(next));
  return next;
}
