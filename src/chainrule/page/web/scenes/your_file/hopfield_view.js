// A Hopfield network: begin with a pattern, damage it, and recall it unit by unit.
import { BarRow } from "../../components/bar_row.js";
import { Button } from "../../components/button.js";
import { HeatMap } from "../../components/heat_map.js";
import { html, useMemo, useState } from "../../components/html.js";
import { short } from "../../components/numbers.js";
import { Panel } from "../../components/panel.js";
import { PixelCanvas } from "../../components/pixel_canvas.js";
import { Select } from "../../components/select.js";
import { grid } from "./machine_view.js";
import { symmetric } from "./weights.js";

const MOST_SWEEPS = 100;

/** @typedef {import("../../files/saved_model.js").Hopfield} Hopfield */

/** @param {{ model: Hopfield, t: any }} props */
export function HopfieldView({ model, t }) {
  const { units: N, patterns, weights } = model;
  const size = grid(N);
  const [pick, setPick] = useState(0);
  const [s, setS] = useState(() => Float32Array.from(patterns[0] ?? new Int8Array(N).fill(-1)));
  const [done, setDone] = useState({ next: 0, flips: 0, visits: 0, said: "" });
  const steady = useMemo(() => isSteady(model, s), [model, s]);
  /** @param {ArrayLike<number>} state */
  const begin = (state) => {
    setS(Float32Array.from(state));
    setDone({ next: 0, flips: 0, visits: 0, said: "" });
  };
  const step = () => {
    const k = done.next;
    const field = fieldOf(model, s, k);
    const to = field > 0 ? 1 : field < 0 ? -1 : s[k];
    const said = t("your_file.hopfield.real", { k: k + 1, field: short(field), to });
    if (to !== s[k]) setS(s.map((v, i) => (i === k ? to : v)));
    const flips = done.flips + Number(to !== s[k]);
    setDone({ next: (k + 1) % N, flips, visits: done.visits + 1, said });
  };
  const recall = () => {
    const found = recalled(model, s, done.next);
    setS(found.s);
    const { flips, visits } = found;
    setDone({ next: 0, flips: done.flips + flips, visits: done.visits + visits, said: "" });
  };
  const damage = () => {
    const rest = Array.from({ length: N }, (_, i) => i);
    const next = s.slice();
    for (let i = 0; i < Math.max(1, Math.round(N / 10)); i++) {
      const [k] = rest.splice(Math.floor(Math.random() * rest.length), 1);
      next[k] = -next[k];
    }
    begin(next);
  };
  return html`<div class="file-columns">
    <${Panel} title=${t("your_file.hopfield.state")}>
      ${
        patterns.length
          ? html`<${Select}
              label=${t("your_file.hopfield.start")}
              value=${pick}
              onChange=${(/** @type {number} */ k) => {
                setPick(k);
                begin(patterns[k]);
              }}
              options=${patterns.map((_, k) => ({ value: k, label: t("your_file.hopfield.pattern", { k: k + 1 }) }))}
            />`
          : html`<p>${t("your_file.hopfield.none")}</p>`
      }
      <${PixelCanvas}
        label=${t("your_file.hopfield.state")}
        values=${s}
        ...${size}
        low=${-1}
        high=${1}
        brush="pixel"
        onChange=${begin}
      />
      <div class="file-buttons">
        <${Button} onClick=${damage}>${t("your_file.hopfield.noise")}<//>
        <${Button} onClick=${step}>${t("your_file.hopfield.step")}<//>
        <${Button} kind="main" onClick=${recall} disabled=${steady}
          >${t("your_file.hopfield.recall")}<//
        >
      </div>
      <p aria-live="polite">
        ${done.said} ${t("your_file.hopfield.flips", { flips: done.flips, visits: done.visits })}.
        ${steady && ` ${t("your_file.hopfield.steady")}`}
      </p>
      <p>${t("your_file.hopfield.energy", { energy: short(energy(model, s), 6) })}</p>
    <//>
    <${Panel} title=${t("your_file.hopfield.like")}>
      <${BarRow}
        label=${t("your_file.hopfield.like")}
        values=${patterns.map((pattern) => overlap(pattern, s))}
        names=${patterns.map((_, k) => t("your_file.hopfield.pattern", { k: k + 1 }))}
        shares=${false}
      />
      <h4>${t("your_file.hopfield.weights")}</h4>
      <${HeatMap}
        label=${t("your_file.hopfield.weights")}
        grid=${{ values: weights, rows: N, columns: N, range: symmetric(weights) }}
        version=${weights}
      />
    <//>
  </div>`;
}

/** h_k = Σⱼ w_kj sⱼ − θ_k. @param {Hopfield} model @param {ArrayLike<number>} s @param {number} k */
function fieldOf({ units, weights, thresholds }, s, k) {
  let sum = -thresholds[k];
  for (let j = 0; j < units; j++) sum += weights[k * units + j] * s[j];
  return sum;
}

/** E = −½ Σ w_ij sᵢ sⱼ + Σ θᵢ sᵢ. @param {Hopfield} model @param {ArrayLike<number>} s */
function energy(model, s) {
  let sum = 0;
  for (let k = 0; k < model.units; k++) {
    const all = fieldOf(model, s, k) + model.thresholds[k];
    sum += s[k] * (model.thresholds[k] - all / 2);
  }
  return sum;
}

/** @param {Hopfield} model @param {ArrayLike<number>} s */
const isSteady = (model, s) =>
  Array.from(s, (v, k) => fieldOf(model, s, k) * v).every((agreement) => agreement >= 0);

/** Visit the units in turn until none flips. @param {Hopfield} model @param {Float32Array} from @param {number} next */
function recalled(model, from, next) {
  const s = from.slice();
  let [flips, visits, since] = [0, 0, 0];
  for (
    let k = next;
    since < model.units && visits < MOST_SWEEPS * model.units;
    k = (k + 1) % model.units
  ) {
    const field = fieldOf(model, s, k);
    const to = field > 0 ? 1 : field < 0 ? -1 : s[k];
    since = to === s[k] ? since + 1 : 0;
    flips += Number(to !== s[k]);
    s[k] = to;
    visits++;
  }
  return { s, flips, visits };
}

/** m = (1/N) Σᵢ ξᵢ sᵢ. @param {ArrayLike<number>} pattern @param {ArrayLike<number>} s */
function overlap(pattern, s) {
  let sum = 0;
  for (let i = 0; i < pattern.length; i++) sum += pattern[i] * s[i];
  return sum / pattern.length;
}
