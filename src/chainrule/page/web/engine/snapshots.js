// States of a run by step, thinned so that they fit into a budget of bytes.

/** @typedef {Float32Array | Float64Array} Reals */

/**
 * @typedef {object} Snapshot
 * @property {number} step updates done
 * @property {number} t updates of these slots
 * @property {number} epoch
 * @property {number} position rows done in this epoch
 * @property {[number, number]} sums Σ loss · rows and Σ rows in this epoch
 * @property {Reals} theta
 * @property {Reals[]} slots
 * @property {Reals | null} mean the average
 * @property {object} way what the steps after it are made with
 */

export class Snapshots {
  /** @param {number} budget in bytes */
  constructor(budget) {
    this.budget = budget;
    /** @type {Snapshot[]} by step; those after a change follow those before it */
    this.held = [];
    this.every = 1;
    this.bytes = 0;
  }

  /** True if a state at this step is far enough from the last one. @param {number} step */
  wants(step) {
    const last = this.held.at(-1);
    return !last || step - last.step >= this.every;
  }

  /** @param {Snapshot} snapshot */
  add(snapshot) {
    this.held.push(snapshot);
    this.bytes += bytesOf(snapshot);
    while (this.bytes > this.budget && this.held.length > 3) this.thin();
  }

  /** Drop every second one, but not the first of a way nor the last. */
  thin() {
    const { held } = this;
    const kept = held.filter(
      ({ way }, k) => k % 2 === 0 || k === held.length - 1 || way !== held[k - 1].way,
    );
    this.every *= 2;
    if (kept.length === held.length) this.budget = Infinity; // nothing can be dropped
    this.held = kept;
    this.bytes = kept.reduce((sum, one) => sum + bytesOf(one), 0);
  }

  /** Return the last one at or before a step. @param {number} step */
  before(step) {
    return this.held.findLast((one) => one.step <= step);
  }

  /** Forget what comes after a step. @param {number} step */
  cut(step) {
    this.held = this.held.filter((one) => one.step <= step);
    this.bytes = this.held.reduce((sum, one) => sum + bytesOf(one), 0);
  }

  /** Return the same snapshots as a list of their own. */
  copy() {
    const other = new Snapshots(this.budget);
    [other.held, other.every, other.bytes] = [[...this.held], this.every, this.bytes];
    return other;
  }
}

/** @param {Snapshot} snapshot */
function bytesOf({ theta, slots, mean }) {
  return theta.byteLength * (1 + slots.length) + (mean ? mean.byteLength : 0) + 200;
}
