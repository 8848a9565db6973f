// The rows of a set that are most like a picture.

/**
 * Return the k nearest rows by Euclidean distance, the nearest first.
 *
 * @param {ArrayLike<number>} x one row
 * @param {Float32Array} rows n rows
 * @param {number} k
 * @returns {{ row: number, distance: number }[]}
 */
export function nearest(x, rows, k) {
  const size = x.length;
  /** @type {{ row: number, distance: number }[]} the nearest so far, by squares */
  const found = [];
  for (let row = 0; row < rows.length / size; row++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += (rows[row * size + j] - x[j]) ** 2;
    if (found.length === k && sum >= found[k - 1].distance) continue;
    if (found.length === k) found.pop();
    let at = found.length;
    while (at > 0 && found[at - 1].distance > sum) at--;
    found.splice(at, 0, { row, distance: sum });
  }
  return found.map(({ row, distance }) => ({ row, distance: Math.sqrt(distance) }));
}

/**
 * Each picture, and the same moved by one pixel up, down, left and right; paper comes in.
 *
 * @param {Float32Array} x n pictures of 8 x 8
 * @param {Float32Array} y their labels
 */
export function withMoved(x, y) {
  const n = y.length;
  const moves = [
    [0, 0],
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
  ];
  const out = new Float32Array(moves.length * x.length);
  const labels = new Float32Array(moves.length * n);
  moves.forEach(([down, right], m) => {
    labels.set(y, m * n);
    for (let row = 0; row < n; row++)
      for (let i = 0; i < 8; i++)
        for (let j = 0; j < 8; j++) {
          const [a, b] = [i - down, j - right];
          if (a >= 0 && b >= 0 && a < 8 && b < 8)
            out[(m * n + row) * 64 + i * 8 + j] = x[row * 64 + a * 8 + b];
        }
  });
  return { x: out, y: labels, n: moves.length * n };
}
