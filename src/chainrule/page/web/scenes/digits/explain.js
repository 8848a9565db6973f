// Why it answers so: what each pixel does, which units are active, which training digits are near.
import { Choice } from "../../components/choice.js";
import { ColorScale, HeatMap } from "../../components/heat_map.js";
import { html, useMemo, useState } from "../../components/html.js";
import { short } from "../../components/numbers.js";
import { sentences } from "../../components/page_context.js";
import { nearest } from "../../data/neighbors.js";
import { saliency } from "../../reference/saliency.js";
import { Thumb } from "./pictures.js";
import { weightsAround } from "./places.js";
import { useLatest } from "./training.js";

/** @typedef {import("../../app/texts.js").Translate} Translate */
/** @typedef {import("./training.js").Training} Training */

/** @param {ArrayLike<number>} values @returns {[number, number]} */
const both = (values) => {
  let most = 1e-9;
  for (let k = 0; k < values.length; k++) most = Math.max(most, Math.abs(values[k]));
  return [-most, most];
};

/**
 * What each pixel does to one class.
 *
 * @param {{ training: Training, x: Float32Array, id: string, target: number,
 *   map: "gradient" | "occlusion", onMap: (map: string) => void, t: Translate }} props
 */
export function Saliency({ training, x, id, target, map, onMap, t }) {
  const { session, theta } = training;
  const [hover, setHover] = useState(/** @type {any} */ (null));
  const gradient = useMemo(() => {
    const program = session?.about?.programs?.predict;
    if (map !== "gradient" || !program || !theta) return null;
    return Float64Array.from(saliency(program, theta, x, target).data);
  }, [map, session, theta, id, target]);
  const asked = useLatest(
    map === "occlusion" ? session : null,
    `${id} ${training.epoch}`,
    async () => Array.from(await session.predict(occluded(x), 65)),
  );
  const values =
    map === "gradient"
      ? gradient
      : asked &&
        Float64Array.from({ length: 64 }, (_, k) => asked[target] - asked[10 * (k + 1) + target]);
  if (!values) return html`<p role="status">${t("digits.wait")}</p>`;
  const range = both(values);
  return html`<div class="digit-saliency">
    <${Choice}
      label=${t("digits.map")}
      value=${map}
      options=${[
        { value: "gradient", label: t("digits.map.gradient") },
        { value: "occlusion", label: t("digits.map.occlusion") },
      ]}
      help=${{ text: t(`digits.map.${map}.help`), equation: map === "gradient" ? "dx = ∂z[k] / ∂x" : "d = p[k] − p[k] without the pixel" }}
      onChange=${onMap}
    />
    <p>${t(`digits.map.${map}.title`, { k: target })}</p>
    <div class="digit-pair">
      <${Thumb}
        values=${x}
        side=${8}
        range=${[0, 1]}
        label=${t("digits.stage.pixels")}
        version=${id}
      />
      <figure class="digit-map">
        <${HeatMap}
          label=${t(`digits.map.${map}.title`, { k: target })}
          grid=${{ values, rows: 8, columns: 8, range }}
          version=${values}
          selected=${hover}
          onSelect=${(/** @type {number} */ row, /** @type {number} */ column) => setHover({ row, column })}
        />
        <${ColorScale} range=${range} label=${t(`digits.map.${map}`)} />
      </figure>
    </div>
    <p class="digit-note" role="status">
      ${
        hover
          ? t("digits.map.at", {
              row: hover.row + 1,
              column: hover.column + 1,
              ink: Math.round(16 * x[hover.row * 8 + hover.column]),
              value: short(values[hover.row * 8 + hover.column]),
            })
          : t("digits.map.choose")
      }
    </p>
  </div>`;
}

/** The picture, then 64 pictures, each with one pixel emptied. @param {Float32Array} x */
export function occluded(x) {
  const rows = new Float32Array(65 * 64);
  for (let row = 0; row <= 64; row++) {
    rows.set(x, 64 * row);
    if (row) rows[64 * row + row - 1] = 0;
  }
  return rows;
}

/**
 * The hidden layers of a network: where activations and pooled maps are, and their weights.
 *
 * @param {any} about
 */
function hiddenLayers(about) {
  const { values, output } = about.programs.predict;
  /** @type {any[]} */
  const found = [];
  values.forEach((/** @type {any} */ value, /** @type {number} */ k) => {
    if (k === output || !/^(a|h)\d+$/.test(value.symbol) || value.shape[0] !== 0) return;
    const shape = value.shape.slice(1);
    if (shape.length === 1 || shape.length === 3) found.push({ symbol: value.symbol, shape });
  });
  return found;
}

/** The numbers of a parameter. @param {Training} training @param {string} symbol */
export function parameter(training, symbol) {
  const one = training.session?.about.parameters.find(
    (/** @type {any} */ p) => p.symbol === symbol,
  );
  if (!one || !training.theta) return null;
  const size = one.shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
  return { shape: one.shape, values: training.theta.subarray(one.start, one.start + size) };
}

const SHOWN = 12;

/**
 * The units of a hidden layer, the most active first.
 *
 * @param {{ training: Training, x: Float32Array, id: string, target: number, layer: number,
 *   unit: number, set: (changes: any) => void, t: Translate }} props
 */
export function Hidden({ training, x, id, target, layer, unit, set, t }) {
  const { session } = training;
  const layers = useMemo(() => (session ? hiddenLayers(session.about) : []), [session]);
  const chosen = layers[Math.min(layer, layers.length - 1)];
  const answer = useLatest(
    chosen ? session : null,
    `${id} ${training.epoch} ${chosen?.symbol}`,
    async () => ({
      x,
      symbol: chosen.symbol,
      values: (await session.values(x, 1, [chosen.symbol]))[chosen.symbol],
    }),
  );
  if (session && !layers.length) return html`<p>${t("digits.hidden.none")}</p>`;
  if (!answer || answer.symbol !== chosen.symbol)
    return html`<p role="status">${t("digits.wait")}</p>`;
  const { values } = answer;
  const pick = html`<${Choice}
    label=${t("digits.hidden.layer")}
    value=${layers.indexOf(chosen)}
    options=${layers.map((one, k) => ({
      value: k,
      label: `${one.symbol} (${one.shape.join(" × ")})`,
    }))}
    onChange=${(/** @type {number} */ k) => set({ layer: k, unit: -1 })}
    help=${{ text: t("digits.hidden.help") }}
  />`;
  if (chosen.shape.length === 3)
    return html`${pick}<${Maps}
        values=${values}
        shape=${chosen.shape}
        name=${chosen.symbol}
        t=${t}
      />`;
  return html`${pick}
    <${Units}
      training=${training}
      values=${values}
      symbol=${chosen.symbol}
      target=${target}
      unit=${unit}
      x=${answer.x}
      id=${id}
      set=${set}
      t=${t}
    />`;
}

/** Feature maps of a layer. @param {{ values: ArrayLike<number>, shape: number[], name: string, t: Translate }} props */
function Maps({ values, shape, name, t }) {
  const [rows, , channels] = shape;
  const signed = Array.from(values).some((v) => v < 0);
  const range = signed ? both(values) : /** @type {[number, number]} */ ([0, both(values)[1]]);
  return html`<p>${t("digits.hidden.maps", { name })}</p>
    <div class="digit-thumbs">
      ${Array.from({ length: channels }, (_, c) => {
        const map = Float64Array.from({ length: rows * rows }, (__, k) => values[k * channels + c]);
        return html`<${Thumb}
          key=${c}
          values=${map}
          side=${rows}
          palette=${signed ? "diverging" : "sequential"}
          range=${range}
          label=${t("digits.hidden.map", { name, n: c + 1 })}
          caption=${String(c + 1)}
        />`;
      })}
    </div>`;
}

/** @param {any} props */
function Units({ training, values, symbol, target, unit, x, id, set, t }) {
  const order = Array.from({ length: values.length }, (_, k) => k).sort(
    (a, b) => Math.abs(values[b]) - Math.abs(values[a]) || a - b,
  );
  const chosen = unit >= 0 && unit < values.length ? unit : order[0];
  const around = weightsAround(training.session.about.programs.predict, symbol);
  const weights = around.incoming ? parameter(training, around.incoming) : null;
  const out = around.outgoing ? parameter(training, around.outgoing) : null;
  const most = Math.max(1e-9, ...Array.from(values, Math.abs));
  const shownUnits = order.slice(0, SHOWN);
  if (!shownUnits.includes(chosen)) shownUnits[SHOWN - 1] = chosen;
  const incoming = (/** @type {number} */ k) =>
    weights &&
    Float64Array.from({ length: 64 }, (_, i) => weights.values[i * weights.shape[1] + k]);
  const range = weights ? both(weights.values) : undefined;
  const column = incoming(chosen);
  return html`<p>
      ${t(weights ? "digits.hidden.units" : "digits.hidden.later", { n: values.length, active: Array.from(values).filter((v) => v > 0).length })}
    </p>
    <ul class="digit-thumbs">
      ${shownUnits.map((k) => {
        const words = t("digits.hidden.unit", { n: k + 1, a: short(values[k]) });
        const w = incoming(k);
        return html`<li key=${k}>
          ${
            w
              ? html`<${Thumb}
                  values=${w}
                  side=${8}
                  palette="diverging"
                  range=${range}
                  label=${words}
                  caption=${`${k + 1}: ${short(values[k], 3)}`}
                  selected=${k === chosen}
                  onSelect=${() => set({ unit: k })}
                  version=${`${k} ${training.epoch} ${id}`}
                />`
              : html`<button
                  type="button"
                  class=${`digit-unit ${k === chosen ? "selected" : ""}`}
                  aria-pressed=${k === chosen}
                  aria-label=${`${k + 1}: ${short(values[k], 3)}. ${words}`}
                  onClick=${() => set({ unit: k })}
                >
                  <span
                    class="digit-bar"
                    style=${{ height: `${(48 * Math.abs(values[k])) / most}px` }}
                  ></span>
                  <span class="digit-caption">${`${k + 1}: ${short(values[k], 3)}`}</span>
                </button>`
          }
        </li>`;
      })}
    </ul>
    ${range && html`<${ColorScale} range=${range} label=${around.incoming} />`}
    <p class="digit-note" role="status">
      ${sentences(t, [
        t("digits.hidden.chosen", { n: chosen + 1, a: short(values[chosen]) }),
        column &&
          t("digits.hidden.sum", {
            sum: short(
              column.reduce(
                (/** @type {number} */ sum, /** @type {number} */ w, /** @type {number} */ k) =>
                  sum + w * x[k],
                0,
              ),
            ),
          }),
        out &&
          t("digits.hidden.out", {
            k: target,
            w: short(out.values[chosen * 10 + target]),
            product: short(values[chosen] * out.values[chosen * 10 + target]),
          }),
      ])}
    </p>`;
}

/**
 * The training digits that are most like it.
 *
 * @param {{ x: Float32Array, id: string, set: any, t: Translate }} props
 */
export function Near({ x, id, set, t }) {
  const found = useMemo(() => nearest(x, set.train.x, 10), [id, set]);
  const votes = new Map();
  for (const { row } of found) votes.set(set.train.y[row], (votes.get(set.train.y[row]) ?? 0) + 1);
  const [winner, count] = [...votes].sort((a, b) => b[1] - a[1])[0];
  return html`<p>${t("digits.near.about", { n: found.length, count, k: winner })}</p>
    <ul class="digit-thumbs">
      ${found.map(({ row, distance }) => {
        const words = t("digits.near.one", { k: set.train.y[row], d: short(distance, 3) });
        return html`<li key=${row}>
          <${Thumb}
            values=${set.train.pictures.subarray(64 * row, 64 * row + 64)}
            side=${8}
            range=${[0, 16]}
            label=${words}
            caption=${words}
            version=${row}
          />
        </li>`;
      })}
    </ul>`;
}
