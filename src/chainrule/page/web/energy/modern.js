// The modern memory: real patterns and a softmax over overlaps, as in attention.

/** softmax(β Xᵀ ξ), the share of each pattern.
 * @param {ArrayLike<number>[]} patterns @param {ArrayLike<number>} xi @param {number} beta */
export function attention(patterns, xi, beta) {
  const z = patterns.map((x) => {
    let sum = 0;
    for (let i = 0; i < xi.length; i++) sum += x[i] * xi[i];
    return beta * sum;
  });
  const top = Math.max(...z);
  const e = z.map((v) => Math.exp(v - top));
  const total = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / total);
}

/** ξ ← X softmax(β Xᵀ ξ)
 * @param {ArrayLike<number>[]} patterns @param {ArrayLike<number>} xi @param {number} beta */
export function update(patterns, xi, beta) {
  const p = attention(patterns, xi, beta);
  return Float64Array.from({ length: xi.length }, (_, i) =>
    patterns.reduce((sum, x, k) => sum + p[k] * x[i], 0),
  );
}

/** E = −lse(β, Xᵀξ) + ½ ξ·ξ + ln(M) / β + ½ R²
 * @param {ArrayLike<number>[]} patterns @param {ArrayLike<number>} xi @param {number} beta */
export function modernEnergy(patterns, xi, beta) {
  const dot = (/** @type {ArrayLike<number>} */ a, /** @type {ArrayLike<number>} */ b) =>
    Array.from(a).reduce((sum, v, i) => sum + v * b[i], 0);
  const z = patterns.map((x) => beta * dot(x, xi));
  const top = Math.max(...z);
  const lse = (top + Math.log(z.reduce((sum, v) => sum + Math.exp(v - top), 0))) / beta;
  const largest = Math.max(...patterns.map((x) => dot(x, x)));
  return -lse + dot(xi, xi) / 2 + Math.log(patterns.length) / beta + largest / 2;
}

/**
 * The path of a recall and what it ended in.
 *
 * @param {ArrayLike<number>[]} patterns @param {ArrayLike<number>} start @param {number} beta
 */
export function modernRecall(patterns, start, beta, steps = 100) {
  const path = [Float64Array.from(start)];
  const R = Math.sqrt(
    Math.max(...patterns.map((x) => Array.from(x).reduce((sum, v) => sum + v * v, 0))),
  );
  let ended = "limit";
  for (let k = 0; k < steps; k++) {
    const last = path[path.length - 1];
    const next = update(patterns, last, beta);
    path.push(next);
    if (Math.sqrt(next.reduce((sum, v, i) => sum + (v - last[i]) ** 2, 0)) <= 1e-10 * R) {
      ended = "fixed point";
      break;
    }
  }
  return { path, ended };
}

/**
 * The kind of a state: the fewest patterns that have nine tenths of the attention.
 *
 * @param {number[]} p
 * @returns {{ kind: "pattern" | "metastable" | "mean", members: number[] }}
 */
export function kindOf(p) {
  const order = p.map((_, k) => k).sort((a, b) => p[b] - p[a] || a - b);
  let sum = 0;
  let fewest = 0;
  while (fewest < order.length && sum < 0.9) sum += p[order[fewest++]];
  const members = order.slice(0, fewest).sort((a, b) => a - b);
  if (fewest === 1) return { kind: "pattern", members };
  return { kind: fewest >= 0.9 * p.length ? "mean" : "metastable", members };
}
