// The run that a recording keeps: its curves, and the states that were kept.
import { Refusal } from "../../app/refusal.js";
import { Button } from "../../components/button.js";
import { html, useMemo } from "../../components/html.js";
import { LineChart } from "../../components/line_chart.js";
import { short } from "../../components/numbers.js";
import { Panel } from "../../components/panel.js";
import { initialTheta, trace } from "../../graph/index.js";
import { Slider } from "../../components/slider.js";

const MOST_NUMBERS = 40_000; // of the rows that go to "One update"

/**
 * @param {{ model: any, recording: import("../../files/recorded_states.js").Recorded, moment: number,
 *   setMoment: (k: number) => void, page: any, t: any }} props
 */
export function RunView({ model, recording, moment, setMoment, page, t }) {
  const example = useMemo(() => asExample(model, recording), [model, recording]);
  const { states, columns, stopped, bestEpoch, data } = recording;
  const state = states[moment];
  const names = Object.keys(columns);
  return html`<${Panel} title=${t("your_file.run.chart")}>
      <${LineChart}
        label=${t("your_file.run.chart")}
        xLabel=${t("your_file.run.epochs")}
        series=${names.map((name) => ({ name, y: columns[name], start: 1, dashed: name.startsWith("val_") }))}
        marker=${state.epoch}
        onPick=${(/** @type {number} */ epoch) => setMoment(nearest(states, epoch))}
      />
      <p>
        ${stopped && t("your_file.run.ended", { why: stopped })}
        ${bestEpoch !== null && ` ${t("your_file.run.best", { epoch: bestEpoch })}`}
        ${` ${t(data ? "your_file.run.data" : "your_file.run.no_data")}`}
      </p>
      ${
        example &&
        html`<${Button}
            onClick=${() => {
              page.dispatch({ scene: "one_update", type: "own", value: example });
              page.dispatch({ type: "go", to: "one_update" });
            }}
            >${t("your_file.run.look")}<//
          >
          <p class="quiet">${t("your_file.run.look.note")}</p>`
      }
    <//>
    <${Panel} title=${t("your_file.run.state")}>
      ${
        states.length > 1 &&
        html`<${Slider}
          label=${t("your_file.run.state")}
          value=${moment}
          onChange=${setMoment}
          min=${0}
          max=${states.length - 1}
          step=${1}
          integer
        />`
      }
      <p aria-live="polite">
        <strong>${t("your_file.run.state.value", { step: state.step, epoch: state.epoch })}</strong>
      </p>
      <p>${t("your_file.run.note")}</p>
      ${
        model.kind === "network" &&
        html`<h4>${t("your_file.run.change")}</h4>
          <${Changes} ...${{ model, states, state, t }} />`
      }
    <//>`;
}

/**
 * Return the run as the scene "One update" takes it, or null: it needs the data, a network that the
 * page can trace, and the beginning that the seed gives.
 *
 * @param {any} model
 * @param {import("../../files/recorded_states.js").Recorded} recording
 */
function asExample(model, { data, states, options, missing }) {
  const [X, y] = [data?.X, data?.y];
  if (model.kind !== "network" || !X?.data || !y?.data || missing.length) return null;
  if (X.data.length + y.data.length > MOST_NUMBERS || data?.sample_weight || states[0].step)
    return null;
  const { layers, loss, inputs, target, seed, dtype, frozen, rates } = model.about;
  const network = { layers, loss, inputs, target, seed, dtype, frozen, rates };
  try {
    const first = initialTheta(trace(network), network);
    if (first.some((w, i) => w !== states[0].theta[i])) return null;
  } catch (why) {
    if (why instanceof Refusal) return null; // a layer that the page does not have
    throw why;
  }
  const { optimizer, batch_size, drop_last } = options;
  const rows = { x: Array.from(X.data, Number), y: Array.from(y.data, Number), n: X.shape[0] };
  return { network, data: rows, fit: { optimizer, batch_size, drop_last } };
}

/** For each tensor its length, and how far it is from where it began. @param {any} props */
function Changes({ model, states, state, t }) {
  return html`<dl class="file-changes">
    ${model.parts.map((/** @type {any} */ { path, symbol, start, size }) => {
      const now = state.theta.subarray(start, start + size);
      const then = states[0].theta.subarray(start, start + size);
      const change = length(
        now.map((/** @type {number} */ w, /** @type {number} */ i) => w - then[i]),
      );
      return html`<div key=${path}>
        <dt>${t("your_file.run.norm", { symbol })}</dt>
        <dd>${short(length(now))} <span class="quiet">Δ ${short(change)}</span></dd>
      </div>`;
    })}
  </dl>`;
}

/** @param {ArrayLike<number>} values */
function length(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  return Math.sqrt(sum);
}

/** @param {{ epoch: number }[]} states @param {number} epoch */
function nearest(states, epoch) {
  let best = 0;
  states.forEach((state, k) => {
    if (Math.abs(state.epoch - epoch) <= Math.abs(states[best].epoch - epoch)) best = k;
  });
  return best;
}
