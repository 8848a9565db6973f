// A Hopfield network: begin with a pattern, damage it, and recall it unit by unit.
import { BarRow } from "../../components/bar_row.js";
import { Button } from "../../components/button.js";
import { HeatMap } from "../../components/heat_map.js";
import { html, useMemo, useState } from "../../components/html.js";
import { short } from "../../components/numbers.js";
import { Panel } from "../../components/panel.js";
import { PixelCanvas } from "../../components/pixel_canvas.js";
import { Select } from "../../components/select.js";
import { energy, fields, overlaps, symmetric as hasEnergy } from "../../energy/couplings.js";
import { settle } from "../../energy/recall.js";
import { RULES } from "../../energy/rules.js";
import { grid } from "./machine_view.js";
import { symmetric } from "./weights.js";

/** @typedef {import("../../files/saved_model.js").Hopfield} Hopfield */

/** @param {{ model: Hopfield, t: any }} props */
export function HopfieldView({ model, t }) {
  const { units: N, patterns, weights } = model;
  const size = grid(N);
  const [pick, setPick] = useState(0);
  const [s, setS] = useState(() => Float32Array.from(patterns[0] ?? new Int8Array(N).fill(-1)));
  const [done, setDone] = useState({ next: 0, flips: 0, visits: 0, said: "" });
  const couplings = useMemo(() => couplingsOf(model), [model]);
  const downhill = useMemo(() => hasEnergy(couplings), [couplings]);
  const h = useMemo(() => fields(couplings, s), [couplings, s]);
  const steady = h.every((value, i) => value * s[i] >= 0);
  /** @param {ArrayLike<number>} state */
  const begin = (state) => {
    setS(Float32Array.from(state));
    setDone({ next: 0, flips: 0, visits: 0, said: "" });
  };
  const step = () => {
    const k = done.next;
    const field = h[k];
    const to = Math.sign(field) || s[k];
    const said = t("your_file.hopfield.real", { k: k + 1, field: short(field), to });
    if (to !== s[k]) setS(s.map((v, i) => (i === k ? to : v)));
    const flips = done.flips + Number(to !== s[k]);
    setDone({ next: (k + 1) % N, flips, visits: done.visits + 1, said });
  };
  const recall = () => {
    const { state, visits } = settle(couplings, s, { order: "fixed", visits: true });
    setS(Float32Array.from(state));
    const flips = done.flips + visits.filter(({ changed }) => changed).length;
    setDone({ next: 0, flips, visits: done.visits + visits.length, said: "" });
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
      ${
        downhill &&
        html`<p>${t("your_file.hopfield.energy", { energy: short(energy(couplings, s), 6) })}</p>`
      }
    <//>
    <${Panel} title=${t("your_file.hopfield.like")}>
      ${
        patterns.length
          ? html`<${BarRow}
              label=${t("your_file.hopfield.like")}
              values=${overlaps(patterns, s)}
              names=${patterns.map((_, k) => t("your_file.hopfield.pattern", { k: k + 1 }))}
              shares=${false}
            />`
          : html`<p>${t("your_file.hopfield.none")}</p>`
      }
      <h4>${t("your_file.hopfield.weights")}</h4>
      <${HeatMap}
        label=${t("your_file.hopfield.weights")}
        grid=${{ values: weights, rows: N, columns: N, range: symmetric(weights) }}
        version=${weights}
      />
    <//>
  </div>`;
}

/**
 * Hebb's rule and the perceptron give N·W of whole numbers, whose sums are exact; own weights need not.
 *
 * @param {Hopfield} model
 * @returns {import("../../energy/couplings.js").Couplings}
 */
function couplingsOf({ about, units, weights, thresholds }) {
  const rule = Object.values(RULES).find(({ python }) => python === about.rule?.[0]);
  return { weights, units, thresholds, scale: rule?.whole && !about.own ? units : 0 };
}
