// What an article is, and its run: every weight of every step, computed in small pieces.

/** @typedef {import("./matrix.js").Matrix} Matrix */
/** @typedef {Record<string, Matrix>} Named */

/**
 * @typedef {object} Options
 * @property {number} seed
 * @property {"tanh" | "logistic"} activation
 * @property {"right" | "published"} derivative
 */

/**
 * @typedef {object} Article
 * @property {string} id
 * @property {Matrix} X the examples
 * @property {Matrix} y their targets
 * @property {{ name: string, rows: number, columns: number }[]} weights
 * @property {number} inputs how many numbers a question has
 * @property {any} published the numbers that the article prints
 * @property {string[]} begin the lines before the loop
 * @property {(options: Options) => Record<string, string>} [gaps] what fills {gaps} in the lines
 * @property {{ id: string, code: string, shows: string[] }[]} lines the lines of the loop, and the
 *   values that each one makes
 * @property {(options: Options) => { weights: Named, next?: () => number }} start
 * @property {(weights: Named, options: Options, row?: number) =>
 *   { values: Named, weights: Named, loss: number }} update
 * @property {(x: number[], weights: Named, options: Options) =>
 *   { layers: { z: number[], a: number[] }[], answer: number }} answer
 * @property {any} [network] the same as a description, where a loss and SGD give the same rule
 */

/**
 * A run of an article: the weights before each of its updates, and after the last one.
 *
 * @param {Article} article
 * @param {Options} options
 * @param {number} steps
 */
export function createRun(article, options, steps) {
  const size = article.weights.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const theta = new Float64Array((steps + 1) * size);
  const losses = new Float64Array(steps + 1);
  const rows = new Uint8Array(steps + 1);
  const { weights, next } = article.start(options);
  let current = weights;
  let done = -1;
  keep();

  function keep() {
    done++;
    let at = done * size;
    for (const { name } of article.weights)
      for (const row of current[name]) for (const value of row) theta[at++] = value;
    rows[done] = next ? next() : 0;
  }

  return {
    article,
    options,
    steps,
    /** How many updates are computed. */
    get done() {
      return done;
    },
    losses,
    /** Compute more updates, for some milliseconds. @param {number} milliseconds */
    advance(milliseconds) {
      const end = performance.now() + milliseconds;
      while (done < steps) {
        const { weights: moved, loss } = article.update(current, options, rows[done]);
        losses[done] = loss;
        current = moved;
        keep();
        if (done % 64 === 0 && performance.now() >= end) break;
      }
      if (done === steps) losses[done] = article.update(current, options, rows[done]).loss;
      return done === steps;
    },
    /** The weights after `step` updates. @param {number} step @returns {Named} */
    weights(step) {
      let at = Math.min(step, done) * size;
      return Object.fromEntries(
        article.weights.map(({ name, rows: height, columns }) => [
          name,
          Array.from({ length: height }, () => Array.from({ length: columns }, () => theta[at++])),
        ]),
      );
    },
    /** Every value of the update that follows `step`. @param {number} step */
    update(step) {
      const row = rows[Math.min(step, done)];
      return article.update(this.weights(step), options, row);
    },
    /** The row that the update after `step` is shown. @param {number} step */
    row: (step) => rows[Math.min(step, done)],
  };
}

/** @typedef {ReturnType<typeof createRun>} Run */
