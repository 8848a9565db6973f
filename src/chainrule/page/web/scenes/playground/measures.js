// Accuracy, confusion and R² of predictions. No browser is needed here.
import { answerOf } from "./network.js";

/** @typedef {import("./catalogue.js").Coding} Coding */

/**
 * @typedef {object} Measures
 * @property {number} loss
 * @property {number} [accuracy]
 * @property {Int32Array} [confusion] true classes as rows, answers as columns
 * @property {number} [r2]
 * @property {number} [error] the root of the mean squared error
 * @property {Uint8Array} [wrong] 1 for rows with a wrong answer
 */

/**
 * @param {Coding} coding
 * @param {ArrayLike<number>} p predictions, one row after another
 * @param {number} outputs
 * @param {ArrayLike<number>} y classes or numbers
 * @param {number} classes
 * @param {number} loss
 * @returns {Measures}
 */
export function measure(coding, p, outputs, y, classes, loss) {
  const n = y.length;
  if (classes) {
    const confusion = new Int32Array(classes * classes);
    const wrong = new Uint8Array(n);
    let right = 0;
    for (let i = 0; i < n; i++) {
      const { k } = answerOf(coding, p, i, outputs);
      confusion[y[i] * classes + k]++;
      if (k === y[i]) right++;
      else wrong[i] = 1;
    }
    return { loss, accuracy: right / n, confusion, wrong };
  }
  let mean = 0;
  for (let i = 0; i < n; i++) mean += y[i] / n;
  let errors = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    errors += (y[i] - p[i * outputs]) ** 2;
    total += (y[i] - mean) ** 2;
  }
  return { loss, r2: total ? 1 - errors / total : NaN, error: Math.sqrt(errors / n) };
}

/**
 * How many epochs in a row the loss has not fallen below its smallest value, and where that was.
 *
 * @param {ArrayLike<number>} losses one for each epoch
 */
export function sinceBest(losses) {
  let best = Infinity;
  let at = -1;
  for (let k = 0; k < losses.length; k++) {
    if (losses[k] < best) {
      best = losses[k];
      at = k;
    }
  }
  return { best, at, since: losses.length - 1 - at };
}

/**
 * The first epoch (counted from 1) after which training stops: the loss had no new smallest value
 * for `patience` epochs. 0 if it does not stop.
 *
 * @param {ArrayLike<number>} losses
 * @param {number} patience
 */
export function stopEpoch(losses, patience) {
  let best = Infinity;
  let since = 0;
  for (let k = 0; k < losses.length; k++) {
    if (losses[k] < best) {
      best = losses[k];
      since = 0;
    } else since++;
    if (since >= patience) return k + 1;
  }
  return 0;
}
