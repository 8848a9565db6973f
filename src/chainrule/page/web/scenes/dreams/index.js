// Dreams: a Boltzmann machine learns the digits, half-step by half-step, then dreams.
import { Choice } from "../../components/choice.js";
import { html, useState } from "../../components/html.js";
import { LineChart } from "../../components/line_chart.js";
import { Notice } from "../../components/notice.js";
import { NumberField } from "../../components/number_field.js";
import { short } from "../../components/numbers.js";
import { Panel } from "../../components/panel.js";
import { Select } from "../../components/select.js";
import { Slider } from "../../components/slider.js";
import { Toggle } from "../../components/toggle.js";
import { Reading, Transport } from "../../components/transport.js";
import { DreamPanel } from "./dream_panel.js";
import { Gallery } from "./gallery.js";
import { HalfSteps } from "./half_steps.js";
import { useMachine } from "./machine.js";
import * as python from "./python.js";
import { BATCHES, HIDDEN, initial, read, reduce, write } from "./state.js";
import { texts } from "./texts.js";

/** @param {import("../scene.js").SceneProps} props */
function View({ state, dispatch, t }) {
  const { live, run, steps, reset } = useMachine(state);
  const [unit, setUnit] = useState(0);
  const { training } = live;
  return html`<h2 tabindex="-1">${t("dreams.title")}</h2>
    <p class="lead">${t("dreams.lead")}</p>
    <div class="columns">
      <div>
        <${Panel}
          title=${t("dreams.machine")}
          help=${{ text: t("dreams.help.machine"), equation: "E(v, h) = −b·v − h·c − h W v" }}
        >
          <${Settings} state=${state} dispatch=${dispatch} t=${t} />
        <//>
      </div>
      <div class="seen-first">
        <${Panel} title=${t("dreams.learning")} help=${{ text: t("dreams.help.learning") }}>
          <${Transport}
            playing=${live.running}
            onPlay=${run}
            onStep=${() => steps(1)}
            onEpoch=${() => steps(stepsLeft(training))}
            onReset=${reset}
            onNew=${() => dispatch({ type: "set", name: "seed", to: (state.seed + 1) % 2 ** 32 })}
            disabled=${!training}
          >
            <${Reading} name=${t("dreams.epoch")}>${training?.epoch ?? 0}<//>
            <${Reading} name=${t("dreams.step")}>${training?.step ?? 0}<//>
            ${live.errors.length > 0 && html`<${Reading} name=${t("dreams.error")}>${short(live.error, 3)}<//>`}
          <//>
          <${Notice} refusal=${live.refusal === "diverged" ? null : live.refusal} />
          ${live.refusal === "diverged" && html`<${Notice} kind="bad">${t("dreams.diverged")}<//>`}
          ${!training && !live.refusal && html`<p role="status">${t("dreams.opening")}</p>`}
          <div class="dream-charts">
            <${LineChart}
              label=${t("dreams.error")}
              series=${[{ name: t("dreams.error"), y: live.errors, start: 1, stride: live.stride }]}
              xLabel=${t("dreams.step")}
              yLabel=${t("dreams.error.short")}
              version=${live.seen}
              height=${170}
            />
            <${LineChart}
              label=${t("dreams.likelihood")}
              series=${[{ name: t("dreams.likelihood"), ...live.likelihoods }]}
              xLabel=${t("dreams.epoch")}
              yLabel=${t("dreams.likelihood.short")}
              version=${live.likelihoods.x.length}
              height=${170}
            />
          </div>
        <//>
      </div>
    </div>
    <div class="columns even">
      <div>
        <${HalfSteps} live=${live} t=${t} steps=${steps} unit=${unit} setUnit=${setUnit} />
      </div>
      <div>
        ${training && html`<${Filters} training=${training} version=${live.version} unit=${unit} setUnit=${setUnit} t=${t} />`}
      </div>
    </div>
    <${DreamPanel} state=${state} dispatch=${dispatch} t=${t} live=${live} />
    <p class="quiet-words">${t("dreams.bits")}</p>`;
}

/** The steps until the epoch ends. @param {import("../../energy/rbm.js").Training | null} training */
const stepsLeft = (training) =>
  training ? Math.ceil((training.n - training.at) / training.settings.batch) : 0;

/** @param {any} props */
function Settings({ state, dispatch, t }) {
  const set = (/** @type {string} */ name) => (/** @type {any} */ to) =>
    dispatch({ type: "set", name, to });
  return html`<${Select}
      label=${t("dreams.hidden")}
      value=${state.hidden}
      options=${HIDDEN.map((value) => ({ value, label: String(value) }))}
      help=${{ text: t("dreams.help.hidden") }}
      onChange=${set("hidden")}
    />
    <${Choice}
      label=${t("dreams.sampler")}
      value=${state.sampler}
      options=${["CD", "PCD"].map((value) => ({ value, label: value }))}
      help=${{ text: t("dreams.help.sampler") }}
      onChange=${set("sampler")}
    />
    <${NumberField}
      label=${t("dreams.k")}
      value=${state.k}
      min=${1}
      max=${20}
      integer=${true}
      help=${{ text: t("dreams.help.k") }}
      onChange=${set("k")}
    />
    <${Slider}
      label=${t("dreams.lr")}
      value=${state.lr}
      scale="log"
      min=${0.001}
      max=${1}
      hardMin=${1e-6}
      help=${"optimizers.SGD.lr"}
      onChange=${set("lr")}
    />
    <${Select}
      label=${t("dreams.batch")}
      value=${state.batch}
      options=${BATCHES.map((value) => ({ value, label: String(value) }))}
      help=${{ text: t("dreams.help.batch") }}
      onChange=${set("batch")}
    />
    <${Toggle}
      label=${t("dreams.binary")}
      value=${state.binary}
      help=${{ text: t("dreams.help.binary") }}
      onChange=${set("binary")}
    />
    <${NumberField}
      label=${t("dreams.seed")}
      value=${state.seed}
      min=${0}
      max=${2 ** 32 - 1}
      integer=${true}
      help=${{ text: t("dreams.help.seed") }}
      onChange=${set("seed")}
    />
    <p class="quiet-words">${t("dreams.anew")}</p>`;
}

/** The weights of each hidden unit as a picture. @param {any} props */
function Filters({ training, version, unit, setUnit, t }) {
  const { units, w } = training;
  const columns = units.hidden <= 16 ? 4 : units.hidden <= 64 ? 8 : 16;
  const j = Math.min(unit, units.hidden - 1);
  const own = w.W.subarray(j * 64, (j + 1) * 64);
  const most = (/** @type {Float64Array} */ x) =>
    x.reduce((a, v) => Math.max(a, Math.abs(v)), 1e-9);
  return html`<${Panel} title=${t("dreams.filters")} help=${{ text: t("dreams.help.filters") }}>
    <${Gallery}
      label=${t("dreams.filters.label", { n: units.hidden, j, most: short(most(own), 3), c: short(w.c[j], 3) })}
      values=${w.W}
      count=${units.hidden}
      columns=${columns}
      side=${8}
      range=${(/** @type {number} */ k) => {
        const size = most(w.W.subarray(k * 64, (k + 1) * 64));
        return /** @type {[number, number]} */ ([-size, size]);
      }}
      palette="diverging"
      version=${version}
      selected=${j}
      onSelect=${setUnit}
    />
    <p>${t("dreams.filters.said", { j, most: short(most(own), 3), c: short(w.c[j], 3) })}</p>
  <//>`;
}

/** @type {import("../scene.js").Scene} */
export const scene = {
  id: "dreams",
  texts,
  initial,
  reduce,
  View,
  link: { write, read },
  python: { write: python.write, read: python.read },
};
