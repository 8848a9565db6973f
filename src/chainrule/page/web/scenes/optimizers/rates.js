// Learning rates that suit the maps, for racers whose rate nobody has changed.

/** @type {Record<string, Record<string, number>>} */
const KNOWN = {
  rosenbrock: { SGD: 0.001, Momentum: 0.0005, Nesterov: 0.0005, RMSprop: 0.02, Adam: 0.1 },
  beale: { SGD: 0.01, Momentum: 0.002, Nesterov: 0.002, RMSprop: 0.05, Adam: 0.1 },
  saddle: { SGD: 0.1, Momentum: 0.02, Nesterov: 0.02, RMSprop: 0.02, Adam: 0.05 },
  ravine: { SGD: 0.018, Momentum: 0.005, Nesterov: 0.005, RMSprop: 0.05, Adam: 0.1 },
  noisy: { SGD: 0.05, Momentum: 0.01, Nesterov: 0.01, RMSprop: 0.05, Adam: 0.1 },
  himmelblau: { SGD: 0.005, Momentum: 0.002, Nesterov: 0.002, RMSprop: 0.05, Adam: 0.2 },
  hills: { SGD: 0.002, Momentum: 0.002, Nesterov: 0.002, RMSprop: 0.05, Adam: 0.2 },
  own: { SGD: 0.05, Momentum: 0.02, Nesterov: 0.02, RMSprop: 0.02, Adam: 0.05 },
};

/** Rules whose step has about the length of their rate, whatever the gradient is. */
const LIKE_ADAM = ["Adam", "AdamW", "Nadam", "RAdam", "AMSGrad", "AdaMax", "AdaBelief", "parts"];

/**
 * @param {string} surface
 * @param {string} rule
 * @returns {number | null} null: the rule has no learning rate
 */
export function suitedRate(surface, rule) {
  const known = KNOWN[surface] ?? KNOWN.own;
  if (rule in known) return known[rule];
  if (LIKE_ADAM.includes(rule)) return known.Adam;
  if (["Adadelta", "LBFGS", "PolakRibiere", "FletcherReeves"].includes(rule)) return null;
  return { Lion: 0.02, LAMB: 0.05, Muon: 1, Rprop: 0.1, Adagrad: 0.5 }[rule] ?? 0.01;
}
