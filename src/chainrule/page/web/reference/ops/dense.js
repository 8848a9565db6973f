// Matrix products.
import { sizeOf, zeros } from "../arrays.js";
import { product } from "../entries.js";

/** @typedef {import("../arrays.js").NumberArray} NumberArray */
/** @typedef {import("./common.js").Op} Op */

/**
 * Return C = A B for matrices in flat arrays; A or B may be read as its transpose.
 *
 * @param {{ data: any, rows: number, columns: number, turned?: boolean }} A
 * @param {{ data: any, rows: number, columns: number, turned?: boolean }} B
 * @param {any} C where the product goes
 */
function multiply(A, B, C) {
  const [n, many, m] = [A.rows, A.columns, B.columns];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let k = 0; k < many; k++)
        sum +=
          A.data[A.turned ? k * n + i : i * many + k] * B.data[B.turned ? j * many + k : k * m + j];
      C[i * m + j] = sum;
    }
}

/** @param {NumberArray} x @param {NumberArray} W @param {NumberArray} [b] */
function affine(x, W, b) {
  const [N, [D, U]] = [x.shape[0], W.shape];
  const z = zeros([N, U], x);
  multiply({ data: x.data, rows: N, columns: D }, { data: W.data, rows: D, columns: U }, z.data);
  if (b) for (let k = 0; k < z.data.length; k++) z.data[k] += b.data[k % U];
  return z;
}

/** @param {NumberArray} dz @param {NumberArray} x @param {NumberArray} W */
function slopes(dz, x, W) {
  const [N, [D, U]] = [x.shape[0], W.shape];
  const [dx, dW] = [zeros(x.shape, x), zeros(W.shape, W)];
  multiply(
    { data: dz.data, rows: N, columns: U },
    { data: W.data, rows: U, columns: D, turned: true },
    dx.data,
  );
  multiply(
    { data: x.data, rows: D, columns: N, turned: true },
    { data: dz.data, rows: N, columns: U },
    dW.data,
  );
  return [dx, dW];
}

/** @param {NumberArray} dz @param {NumberArray} b */
function columnSums(dz, b) {
  const sums = new Float64Array(b.data.length);
  for (let k = 0; k < dz.data.length; k++) sums[k % sums.length] += dz.data[k];
  const db = zeros(b.shape, b);
  db.data.set(sums);
  return db;
}

/** @param {NumberArray} W @returns {NumberArray} */
function transposed(W) {
  const [n, m] = W.shape;
  const V = zeros([m, n], W);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) V.data[j * n + i] = W.data[i * m + j];
  return V;
}

/** @param {NumberArray} a @param {NumberArray} b @returns {boolean} b has a matrix for each row */
const isPaired = (a, b) => b.shape.length > 2 && b.shape.length === a.shape.length;

/** @type {Record<string, Op>} */
export const dense = {
  affine: {
    forward: ([x, W, b]) => affine(x, W, b),
    backward: (dz, _z, [x, W, b]) => [...slopes(dz, x, W), columnSums(dz, b)],
  },
  linear: {
    forward: ([x, W]) => affine(x, W),
    backward: (dz, _z, [x, W]) => slopes(dz, x, W),
  },
  transpose: {
    forward: ([W]) => transposed(W),
    backward: (dV) => [transposed(dV)],
  },
  matmul: {
    forward: ([a, b]) => {
      const [t, i] = a.shape.slice(-2);
      const j = b.shape[b.shape.length - 1];
      const z = zeros([...a.shape.slice(0, -1), j], a);
      const many = sizeOf(a.shape.slice(0, -2));
      const step = isPaired(a, b) ? i * j : 0;
      for (let n = 0; n < many; n++)
        multiply(
          { data: a.data.subarray(n * t * i), rows: t, columns: i },
          { data: b.data.subarray(n * step), rows: i, columns: j },
          z.data.subarray(n * t * j),
        );
      return z;
    },
    backward: (dz, _z, [a, b]) => {
      const [t, i] = a.shape.slice(-2);
      const j = b.shape[b.shape.length - 1];
      const [da, db] = [zeros(a.shape, a), zeros(b.shape, b)];
      const sum = new Float64Array(db.data.length);
      const many = sizeOf(a.shape.slice(0, -2));
      const step = isPaired(a, b) ? i * j : 0;
      for (let n = 0; n < many; n++) {
        const d = dz.data.subarray(n * t * j);
        const W = { data: b.data.subarray(n * step), rows: j, columns: i, turned: true };
        multiply({ data: d, rows: t, columns: j }, W, da.data.subarray(n * t * i));
        const one = new Float64Array(i * j);
        const turned = { data: a.data.subarray(n * t * i), rows: i, columns: t, turned: true };
        multiply(turned, { data: d, rows: t, columns: j }, one);
        for (let k = 0; k < one.length; k++) sum[n * step + k] += one[k];
      }
      db.data.set(sum);
      return [da, db];
    },
  },
  look_up: {
    forward: ([x, W]) => {
      const each = W.shape[1];
      const e = zeros([...x.shape, each], W);
      for (let k = 0; k < x.data.length; k++)
        e.data.set(W.data.subarray(x.data[k] * each, (x.data[k] + 1) * each), k * each);
      return e;
    },
    backward: (de, _e, [x, W]) => {
      const each = W.shape[1];
      const dW = zeros(W.shape, W);
      for (let k = 0; k < x.data.length; k++)
        for (let j = 0; j < each; j++) dW.data[x.data[k] * each + j] += de.data[k * each + j];
      return [null, dW];
    },
    terms: {
      e: (at, arrays) => {
        const { x } = arrays;
        let place = 0;
        x.shape.forEach((n, axis) => (place = place * n + at[axis]));
        return { parts: [product(arrays, { W: [x.data[place], at[at.length - 1]] })] };
      },
      dW: (at, arrays) => {
        const { x } = arrays;
        /** @type {number[][]} */
        const places = x.shape.map(() => []);
        for (let k = 0; k < x.data.length; k++) {
          if (x.data[k] !== at[0]) continue;
          let rest = k;
          for (let axis = x.shape.length - 1; axis >= 0; axis--) {
            places[axis].push(rest % x.shape[axis]);
            rest = Math.floor(rest / x.shape[axis]);
          }
        }
        if (places[0].length) return { parts: [product(arrays, { de: [...places, at[1]] })] };
        return {
          parts: [{ form: "0", at: {}, values: 0 }],
          note: `Number ${at[0]} is not in this batch.`,
        };
      },
    },
  },
};
