// How it is trained: loss, optimizer, schedule, clipping, batches, and when it stops.
import { Choice } from "../../components/choice.js";
import { html } from "../../components/html.js";
import { NumberField } from "../../components/number_field.js";
import { short } from "../../components/numbers.js";
import { usePage } from "../../components/page_context.js";
import { Disclosure } from "../../components/panel.js";
import { Slider } from "../../components/slider.js";
import { Toggle } from "../../components/toggle.js";
import { CLIPS, lossesOf, OPTIMIZERS, optimizerOf, SCHEDULES, usualLoss } from "./catalogue.js";
import { Chosen, firstOf } from "./settings.js";
import { SPEEDS, taskOf } from "./state.js";

/** @typedef {import("./state.js").State} State */

/** The rate, or null where the optimizer has none. @param {State} state */
export const rateOf = ({ optimizer }) =>
  optimizer.class === "optimizers.Adadelta" ? null : (optimizer.settings?.lr ?? 0.01);

/** Another rate, also in the schedule that begins with it. @param {State} state @param {number} lr */
export function withRate({ optimizer, schedule }, lr) {
  const name = schedule?.class.replace("schedules.", "") ?? "";
  const part = { start: "start", peak: "peak", high: "high", then: "then" };
  const place = Object.keys(part).find((key) => schedule?.settings && key in schedule.settings);
  const next =
    schedule && place ? { ...schedule, settings: { ...schedule.settings, [place]: lr } } : schedule;
  if (next && name === "Cyclic") next.settings = { ...next.settings, low: lr / 10 };
  return { optimizer: { ...optimizer, settings: { ...optimizer.settings, lr } }, schedule: next };
}

/** @param {{ state: State, dispatch: (action: any) => void, classes: number, rows: number }} props */
export function TrainingPanel({ state, dispatch, classes, rows }) {
  const { t } = usePage();
  const { data, optimizer, schedule, batchSize } = state;
  const task = taskOf(data);
  /** @param {any} changes */
  const change = (changes) => dispatch({ type: "change", changes });
  const lr = rateOf(state);
  const usual = usualLoss(task, classes).class.replace("losses.", "");
  const name = optimizer.class.replace("optimizers.", "");
  const note = `${name}${lr === null ? "" : `, ${short(lr)}`}`;
  const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].filter((n) => n < rows);
  return html`<${Disclosure}
    title=${t("playground.training")}
    note=${note}
    help=${{ text: t("playground.training.help") }}
  >
    ${
      lr !== null &&
      html`<${Slider}
        label=${t("playground.rate")}
        value=${lr}
        min=${1e-5}
        max=${10}
        scale="log"
        strict=${false}
        hardMin=${1e-12}
        hardMax=${1e6}
        help=${`${optimizer.class}.lr`}
        onChange=${(/** @type {number} */ next) => change(withRate(state, next))}
      />`
    }
    <${Chosen}
      label=${t("playground.optimizer")}
      value=${optimizer}
      folder="optimizers"
      names=${OPTIMIZERS}
      hide=${["lr"]}
      make=${optimizerOf}
      onChange=${(/** @type {any} */ next) => {
        const same = next.class === optimizer.class;
        change({ optimizer: next, schedule: same ? schedule : null });
      }}
    />
    <${Chosen}
      label=${t("playground.loss")}
      value=${state.loss}
      folder="losses"
      names=${Object.keys(lossesOf(task))}
      none=${t("playground.loss.usual", { name: usual })}
      help=${`losses.${usual}`}
      hide=${["outputs"]}
      onChange=${(/** @type {any} */ loss) => change({ loss })}
    />
    <${Slider}
      label=${t("playground.batch")}
      value=${batchSize || rows}
      choices=${[...sizes, rows]}
      min=${1}
      max=${rows}
      integer=${true}
      help=${{ text: t("playground.batch.help") }}
      onChange=${(/** @type {number} */ size) => change({ batchSize: size >= rows ? 0 : size })}
    />
    ${
      lr !== null &&
      html`<${Chosen}
        label=${t("playground.schedule")}
        value=${schedule}
        folder="schedules"
        names=${Object.keys(SCHEDULES)}
        none=${t("playground.schedule.none")}
        help=${{ text: t("playground.schedule.help") }}
        make=${(/** @type {string} */ one) => SCHEDULES[one](lr)}
        onChange=${(/** @type {any} */ next) => change({ schedule: next })}
      />`
    }
    <${Chosen}
      label=${t("playground.clip")}
      value=${state.clip}
      folder="optimizers"
      names=${CLIPS}
      none=${t("playground.none")}
      help=${{ text: t("playground.clip.help") }}
      make=${(/** @type {string} */ one) => firstOf(`optimizers.${one}`)}
      onChange=${(/** @type {any} */ clip) => change({ clip })}
    />
    <${NumberField}
      label=${t("playground.seed")}
      value=${state.seed}
      min=${0}
      max=${4294967295}
      integer=${true}
      inline=${true}
      help=${{ text: t("playground.seed.help") }}
      onChange=${(/** @type {number} */ seed) => change({ seed })}
    />
    <${Choice}
      label=${t("playground.dtype")}
      value=${state.dtype}
      help=${{ text: t("playground.dtype.help") }}
      options=${["float32", "float64"].map((value) => ({ value, label: value }))}
      onChange=${(/** @type {string} */ dtype) => change({ dtype })}
    />
  <//>`;
}

/** When it stops by itself, and how fast it runs. @param {{ state: State, dispatch: (action: any) => void }} props */
export function PacePanel({ state, dispatch }) {
  const { t } = usePage();
  const { stop, view } = state;
  /** @param {any} changes */
  const change = (changes) => dispatch({ type: "stop", changes });
  const note = view.speed
    ? t("playground.speed.short", { speed: view.speed })
    : t("playground.speed.full");
  return html`<${Disclosure} title=${t("playground.pace")} note=${note}>
    <${Choice}
      label=${t("playground.speed")}
      value=${view.speed}
      options=${SPEEDS.map((speed) => ({ value: speed, label: speed ? String(speed) : t("playground.speed.full") }))}
      onChange=${(/** @type {number} */ speed) => dispatch({ type: "view", changes: { speed } })}
    />
    <${Toggle}
      label=${t(state.data.test ? "playground.stop.test" : "playground.stop.train")}
      value=${stop.test}
      help=${{ text: t("playground.stop.help") }}
      onChange=${(/** @type {boolean} */ test) => change({ test })}
    />
    ${
      stop.test &&
      html`<${NumberField}
        label=${t("playground.stop.patience")}
        value=${stop.patience}
        min=${1}
        max=${10000}
        integer=${true}
        inline=${true}
        onChange=${(/** @type {number} */ patience) => change({ patience })}
      />`
    }
    <${Toggle}
      label=${t("playground.stop.limit")}
      value=${stop.epochs > 0}
      onChange=${(/** @type {boolean} */ on) => change({ epochs: on ? 300 : 0 })}
    />
    ${
      stop.epochs > 0 &&
      html`<${NumberField}
        label=${t("playground.stop.epochs")}
        value=${stop.epochs}
        min=${1}
        max=${1000000}
        integer=${true}
        inline=${true}
        onChange=${(/** @type {number} */ epochs) => change({ epochs })}
      />`
    }
  <//>`;
}
