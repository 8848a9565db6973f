// A Boltzmann machine: draw its visible units, see its hidden ones, and what it makes of them.
import { BarRow } from "../../components/bar_row.js";
import { Button } from "../../components/button.js";
import { HeatMap } from "../../components/heat_map.js";
import { html, useMemo, useState } from "../../components/html.js";
import { NumberGrid } from "../../components/number_grid.js";
import { Panel } from "../../components/panel.js";
import { PixelCanvas } from "../../components/pixel_canvas.js";
import { Select } from "../../components/select.js";
import { symmetric } from "./weights.js";

const MOST_PICTURES = 64;

/** @param {{ model: any, state: any, t: any }} props */
export function MachineView({ model, state, t }) {
  const [k, setK] = useState(0);
  const machines = model.kind === "stack" ? model.machines : [model];
  const machine = at(machines[k], model.kind === "rbm" ? state : null);
  return html`${
      machines.length > 1 &&
      html`<${Select}
        label=${t("your_file.machine.pick")}
        value=${k}
        onChange=${setK}
        options=${machines.map((/** @type {any} */ one, /** @type {number} */ i) => ({
          value: i,
          label: `${i + 1}: ${one.visible} → ${one.hidden}`,
        }))}
      />`
    }<${Machine} key=${k} ...${{ machine, t }} />`;
}

/**
 * The machine with the weights of a kept state: θ = [W | b | c]. Class units are the last visible
 * ones: a row of W is a row of [W | U].
 *
 * @param {any} machine
 * @param {any} state
 */
function at(machine, state) {
  if (!state) return machine;
  const { visible: D, hidden: H, about } = machine;
  const K = about.classes || 0;
  const { theta } = state;
  /** @param {number} from @param {number} to */
  const columns = (from, to) => {
    const data = new Float64Array(H * (to - from));
    for (let i = 0; i < H; i++)
      data.set(theta.subarray(i * (D + K) + from, i * (D + K) + to), i * (to - from));
    return { data };
  };
  const part = (/** @type {number} */ begin, /** @type {number} */ size) => ({
    data: theta.subarray(begin, begin + size),
  });
  const b = H * (D + K);
  return {
    ...machine,
    weights: {
      W: columns(0, D),
      U: columns(D, D + K),
      b: part(b, D),
      d: part(b + D, K),
      c: part(b + D + K, H),
    },
  };
}

/** @param {any} props */
function Machine({ machine, t }) {
  const { visible: D, hidden: H, weights, about } = machine;
  const size = grid(D);
  const [v, setV] = useState(() => new Float32Array(D));
  const gaussian = about.kind !== "binary";
  const { h, again, shares } = useMemo(() => {
    const z = products(v, weights.W.data, weights.c.data, H, D, false);
    const found = about.classes ? byClass(z, weights, about.classes) : { h: z.map(sigmoid) };
    const mean = products(found.h, weights.W.data, weights.b.data, D, H, true);
    return { shares: null, ...found, again: gaussian ? mean : mean.map(sigmoid) };
  }, [v, weights]);
  const range = symmetric(weights.W.data);
  const mean = `your_file.machine.${gaussian ? "mean" : "again"}`;
  return html`<div class="file-columns">
      <${Panel} title=${t("your_file.machine.draw")}>
        <${PixelCanvas}
          label=${t("your_file.machine.draw")}
          values=${v}
          ...${size}
          size=${0.9}
          onChange=${setV}
        />
        <${Button} onClick=${() => setV(new Float32Array(D))}>${t("your_file.ask.erase")}<//>
      <//>
      <${Panel} title=${t(mean)}>
        <${HeatMap}
          label=${t(mean)}
          grid=${gaussian ? { values: again, ...size, range: symmetric(again) } : { values: again, ...size, range: [0, 1], palette: "sequential" }}
          version=${again}
        />
        ${
          shares &&
          html`<h4>${t("your_file.machine.classes")}</h4>
            <${BarRow}
              label=${t("your_file.machine.classes")}
              values=${shares}
              names=${Array.from(shares, (_, i) => String(i))}
              best=${shares.indexOf(Math.max(...shares))}
            />`
        }
        <h4>${t("your_file.machine.hidden")}</h4>
        <${NumberGrid}
          label="h"
          values=${h}
          rows=${1}
          columns=${H}
          range=${[-1, 1]}
          name=${(/** @type {number} */ _row, /** @type {number} */ k) => `h[${k}]`}
        />
      <//>
    </div>
    <${Panel} title=${t("your_file.machine.filters")}>
      <div class="file-pictures">
        ${Array.from(
          { length: Math.min(H, MOST_PICTURES) },
          (_, k) =>
            html`<${HeatMap}
              key=${k}
              label=${t("your_file.machine.picture", { k: k + 1 })}
              grid=${{ values: weights.W.data.subarray(k * D, (k + 1) * D), ...size, range }}
              version=${weights}
            />`,
        )}
      </div>
      ${H > MOST_PICTURES && html`<p>${t("your_file.weights.more", { shown: MOST_PICTURES, count: H })}</p>`}
    <//>`;
}

/** Rows and columns of a picture of n pixels: as square as they can be. @param {number} n */
export function grid(n) {
  let rows = Math.floor(Math.sqrt(n));
  while (n % rows) rows--;
  return rows * 8 < n && rows === 1 ? { rows: 1, columns: n } : { rows, columns: n / rows };
}

/** @param {number} z */
const sigmoid = (z) => 1 / (1 + Math.exp(-z));

/** log(1 + exp(z)) @param {number} z */
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/**
 * P(class | v) = softmax(d + Σ softplus(z + U)), and the mean over it of σ(z + U): exact, as Python's
 * `predict` and `transform`.
 *
 * @param {Float64Array} z of each hidden unit without a class
 * @param {any} weights
 * @param {number} K
 */
function byClass(z, { U, d }, K) {
  const units = z.length;
  const score = Float64Array.from({ length: K }, (_, k) =>
    z.reduce((sum, one, i) => sum + softplus(one + U.data[i * K + k]), d.data[k]),
  );
  const most = Math.max(...score);
  const parts = score.map((s) => Math.exp(s - most));
  const total = parts.reduce((a, b) => a + b, 0);
  const shares = parts.map((p) => p / total);
  const h = Float64Array.from({ length: units }, (_, i) =>
    shares.reduce((sum, p, k) => sum + p * sigmoid(z[i] + U.data[i * K + k]), 0),
  );
  return { h, shares };
}

/**
 * W x + bias, or with the transpose of W (H, D).
 *
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} W
 * @param {ArrayLike<number>} bias
 * @param {number} units
 * @param {number} inputs
 * @param {boolean} transposed
 */
function products(x, W, bias, units, inputs, transposed) {
  const z = new Float64Array(units);
  for (let i = 0; i < units; i++) {
    z[i] = bias[i];
    for (let j = 0; j < inputs; j++)
      z[i] += x[j] * (transposed ? W[j * units + i] : W[i * inputs + j]);
  }
  return z;
}
