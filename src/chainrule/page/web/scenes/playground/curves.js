// Losses along a run, thinned so that a long run stays small. No browser is needed here.

const MOST = 3000;

/**
 * @typedef {object} Curve
 * @property {number[]} epochs rising
 * @property {number[]} train
 * @property {number[]} test
 * @property {number} every one of so many measurements is kept
 * @property {number} skipped
 */

/** @returns {Curve} */
export const newCurve = () => ({ epochs: [], train: [], test: [], every: 1, skipped: 0 });

/** A copy up to an epoch. @param {Curve} curve @param {number} epoch @returns {Curve} */
export function upTo(curve, epoch) {
  const n = count(curve, epoch);
  return {
    ...curve,
    epochs: curve.epochs.slice(0, n),
    train: curve.train.slice(0, n),
    test: curve.test.slice(0, n),
  };
}

/** How many measurements stand at or before an epoch. @param {Curve} curve @param {number} epoch */
function count({ epochs }, epoch) {
  let n = epochs.length;
  while (n > 0 && epochs[n - 1] > epoch + 1e-9) n--;
  return n;
}

/**
 * Add a measurement; one at an epoch that the curve has passed already changes nothing, because
 * steps repeat with the same numbers.
 *
 * @param {Curve} curve
 * @param {number} epoch
 * @param {number} train
 * @param {number} test
 */
export function add(curve, epoch, train, test) {
  const last = curve.epochs.at(-1) ?? -1;
  if (epoch <= last) return;
  curve.skipped++;
  // The newest one always stands at the end; it gives way if it is one too many.
  const newest = curve.epochs.length - 1;
  if (newest > 1 && curve.skipped < curve.every) {
    curve.epochs[newest] = epoch;
    curve.train[newest] = train;
    curve.test[newest] = test;
    return;
  }
  curve.skipped = 0;
  curve.epochs.push(epoch);
  curve.train.push(train);
  curve.test.push(test);
  if (curve.epochs.length > MOST) thin(curve);
}

/** Keep every second one, and the last. @param {Curve} curve */
function thin(curve) {
  const last = curve.epochs.length - 1;
  const kept = (/** @type {number} */ _v, /** @type {number} */ k) => k % 2 === 0 || k === last;
  curve.epochs = curve.epochs.filter(kept);
  curve.train = curve.train.filter(kept);
  curve.test = curve.test.filter(kept);
  curve.every *= 2;
}
