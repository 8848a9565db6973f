// Where weights and units stand in a network, read from its Program, so that no picture shows
// weights that mean something else.

/** @typedef {import("../../graph/trace.js").Program} Program */

/** @param {Program} program @param {number} value */
const producer = (program, value) => program.steps.find((step) => step.output === value);

/** @param {Program} program @param {number} value */
const symbolOf = (program, value) => program.values[value].symbol;

/**
 * The weights that come to a layer of units straight from the pixels, and those that go from it
 * straight to the scores; null where other steps lie between.
 *
 * @param {Program} program predict
 * @param {string} symbol of the layer's activations
 * @returns {{ incoming: string | null, outgoing: string | null }}
 */
export function weightsAround(program, symbol) {
  const units = program.values.findIndex((value) => value.symbol === symbol);
  const activation = producer(program, units);
  const sum = activation && producer(program, activation.inputs[0]);
  const scores = producer(program, program.output)?.inputs[0] ?? -1;
  const last = producer(program, scores);
  return {
    incoming:
      sum?.op === "affine" && sum.inputs[0] === program.inputs.x
        ? symbolOf(program, sum.inputs[1])
        : null,
    outgoing:
      last?.op === "affine" && last.inputs[0] === units ? symbolOf(program, last.inputs[1]) : null,
  };
}

/**
 * The symbols of a convolution that sees the picture itself, or null.
 *
 * @param {Program} program predict
 */
export function convolutionOfPixels(program) {
  const step = program.steps.find(({ op }) => op === "convolve_affine");
  const before = step && producer(program, step.inputs[0]);
  if (!step || before?.op !== "reshape" || before.inputs[0] !== program.inputs.x) return null;
  const [W, b] = step.inputs.slice(1).map((value) => symbolOf(program, value));
  return { W, b, z: symbolOf(program, step.output) };
}
