// A Boltzmann machine: draw its visible units, see its hidden ones, and what it makes of them.
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

/** The machine with the weights of a kept state: θ = [W | b | c]. @param {any} machine @param {any} state */
function at(machine, state) {
  if (!state) return machine;
  const { visible: D, hidden: H } = machine;
  const { theta } = state;
  const part = (/** @type {number} */ begin, /** @type {number} */ size) => ({
    data: theta.subarray(begin, begin + size),
  });
  return { ...machine, weights: { W: part(0, H * D), b: part(H * D, D), c: part(H * D + D, H) } };
}

/** @param {any} props */
function Machine({ machine, t }) {
  const { visible: D, hidden: H, weights, about } = machine;
  const size = grid(D);
  const [v, setV] = useState(() => new Float32Array(D));
  const { h, again } = useMemo(() => {
    const up = probabilities(v, weights.W.data, weights.c.data, H, D, false);
    return { h: up, again: probabilities(up, weights.W.data, weights.b.data, D, H, true) };
  }, [v, weights]);
  const gaussian = about.kind !== "binary";
  const range = symmetric(weights.W.data);
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
      <${Panel} title=${t("your_file.machine.again")}>
        ${!gaussian && html`<${HeatMap} label=${t("your_file.machine.again")} grid=${{ values: again, ...size, range: [0, 1], palette: "sequential" }} version=${again} />`}
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

/**
 * p = σ(W x + bias), or with the transpose of W (H, D).
 *
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} W
 * @param {ArrayLike<number>} bias
 * @param {number} units
 * @param {number} inputs
 * @param {boolean} transposed
 */
function probabilities(x, W, bias, units, inputs, transposed) {
  const p = new Float32Array(units);
  for (let i = 0; i < units; i++) {
    let sum = bias[i];
    for (let j = 0; j < inputs; j++)
      sum += x[j] * (transposed ? W[j * units + i] : W[i * inputs + j]);
    p[i] = 1 / (1 + Math.exp(-sum));
  }
  return p;
}
