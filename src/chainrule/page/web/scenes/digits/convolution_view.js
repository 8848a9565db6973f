// A convolution cell by cell, on what is drawn.
import { Button } from "../../components/button.js";
import { HeatMap } from "../../components/heat_map.js";
import { html } from "../../components/html.js";
import { NumberGrid } from "../../components/number_grid.js";
import { short } from "../../components/numbers.js";
import { Select } from "../../components/select.js";
import { BY_HAND, cell, featureMap, learned, pooled } from "./convolution.js";
import { parameter } from "./explain.js";
import { Thumb } from "./pictures.js";
import { convolutionOfPixels } from "./places.js";
import { useLatest } from "./training.js";

/** @typedef {import("../../app/texts.js").Translate} Translate */

/**
 * The first convolution of the network, if its first layer is one.
 *
 * @param {import("./training.js").Training} training
 */
function firstConvolution(training) {
  const program = training.session?.about.programs.predict;
  const found = program && convolutionOfPixels(program);
  const W = found && parameter(training, found.W);
  const b = found && parameter(training, found.b);
  if (!found || !W || !b) return null;
  return { W: W.values, b: b.values, z: found.z, side: W.shape[0], filters: W.shape[3] };
}

/**
 * @param {{ training: import("./training.js").Training, x: Float32Array, id: string, state: any,
 *   set: (changes: any) => void, t: Translate }} props
 */
export function Convolution({ training, x, id, state, set, t }) {
  const layer = firstConvolution(training);
  const byHand = state.kernel !== "learned" || !layer;
  const name = byHand ? (state.kernel === "learned" ? "vertical" : state.kernel) : "learned";
  const filter = layer ? Math.min(state.filter, layer.filters - 1) : 0;
  const kernel =
    byHand || !layer ? BY_HAND[name] : learned(layer.W, layer.b, layer.side, layer.filters, filter);
  const map = featureMap(x, kernel);
  const row = Math.min(state.at[0], map.side - 1);
  const column = Math.min(state.at[1], map.side - 1);
  const { patch, products, sum, value } = cell(x, kernel, row, column);
  const symbol = layer?.z;
  const asked = `${id} ${training.epoch}`;
  const engine = useLatest(!byHand && symbol ? training.session : null, asked, async () => ({
    values: (await training.session.values(x, 1, [symbol]))[/** @type {string} */ (symbol)],
    asked,
  }));
  const same =
    layer && engine && !byHand && engine.asked === asked
      ? engine.values[(row * map.side + column) * layer.filters + filter]
      : null;
  const rectified = map.values.map((v) => Math.max(0, v));
  const half = Math.floor(map.side / 2);
  const pool = half
    ? pooled(rectified, map.side, Math.min(row >> 1, half - 1), Math.min(column >> 1, half - 1))
    : null;
  const small = Float64Array.from(
    { length: half * half },
    (_, k) => pooled(rectified, map.side, Math.floor(k / half), k % half).max,
  );
  const range = /** @type {[number, number]} */ (spread(map.values));
  const go = (/** @type {number} */ r, /** @type {number} */ c) =>
    set({ at: [Math.max(0, Math.min(map.side - 1, r)), Math.max(0, Math.min(map.side - 1, c))] });
  const kernels = Object.keys(BY_HAND).map((one) => ({
    value: one,
    label: t(`digits.kernel.${one}`),
    group: t("digits.kernel.hand"),
  }));
  const options = layer
    ? [
        ...Array.from({ length: layer.filters }, (_, k) => ({
          value: `learned ${k}`,
          label: t("digits.kernel.learned", { n: k + 1 }),
          group: t("digits.kernel.group"),
        })),
        ...kernels,
      ]
    : kernels;
  return html`<div class="digit-convolution">
    ${
      !layer &&
      training.session &&
      html`<p>
        ${t("digits.convolution.none")}${" "}
        <${Button} onClick=${() => set({ network: "conv", kernel: "learned" })}>
          ${t("digits.convolution.use")}
        <//>
      </p>`
    }
    <div class="row">
      <${Select}
        label=${t("digits.kernel")}
        value=${byHand ? name : `learned ${filter}`}
        options=${options}
        help=${{ text: t("digits.kernel.help"), equation: "z = Σ patch · kernel + b" }}
        onChange=${(/** @type {string} */ v) => {
          const [kind, k] = v.split(" ");
          set(kind === "learned" ? { kernel: "learned", filter: Number(k) } : { kernel: v });
        }}
      />
      <${Button} icon="left" label=${t("digits.cell.left")} onClick=${() => go(row, column - 1)} />
      <${Button}
        icon="right"
        label=${t("digits.cell.right")}
        onClick=${() => go(row, column + 1)}
      />
    </div>
    <div class="digit-convolved">
      <figure>
        <div class="digit-patched">
          <${HeatMap}
            label=${t("digits.convolution.picture")}
            grid=${{ values: x, rows: 8, columns: 8, palette: "sequential", range: [0, 1] }}
            version=${id}
            onSelect=${(/** @type {number} */ r, /** @type {number} */ c) =>
              go(r - (kernel.side >> 1), c - (kernel.side >> 1))}
          />
          <span
            class="digit-patch"
            style=${{
              top: `${12.5 * row}%`,
              left: `${12.5 * column}%`,
              width: `${12.5 * kernel.side}%`,
              height: `${12.5 * kernel.side}%`,
            }}
          ></span>
        </div>
        <figcaption>${t("digits.convolution.picture")}</figcaption>
      </figure>
      <figure>
        <${HeatMap}
          label=${t("digits.convolution.map")}
          grid=${{ values: map.values, rows: map.side, columns: map.side, range }}
          version=${`${id} ${name} ${filter} ${training.epoch}`}
          selected=${{ row, column }}
          onSelect=${go}
        />
        <figcaption>${t("digits.convolution.map")}</figcaption>
      </figure>
      ${
        pool &&
        html`<figure>
          <${HeatMap}
            label=${t("digits.convolution.pooled")}
            grid=${{ values: small, rows: half, columns: half, palette: "sequential", range: [0, Math.max(1e-9, range[1])] }}
            version=${`${id} ${name} ${filter} ${training.epoch} pooled`}
            selected=${{ row: Math.min(row >> 1, half - 1), column: Math.min(column >> 1, half - 1) }}
            onSelect=${(/** @type {number} */ r, /** @type {number} */ c) => go(2 * r, 2 * c)}
          />
          <figcaption>${t("digits.convolution.pooled")}</figcaption>
        </figure>`
      }
    </div>
    <div class="digit-sum">
      <figure>
        <${NumberGrid}
          label=${t("digits.convolution.patch")}
          values=${patch}
          rows=${kernel.side}
          columns=${kernel.side}
          digits=${3}
          range=${[-1, 1]}
        />
        <figcaption>${t("digits.convolution.patch")}</figcaption>
      </figure>
      <span aria-hidden="true">×</span>
      <figure>
        <${NumberGrid}
          label=${t("digits.kernel")}
          values=${kernel.weights}
          rows=${kernel.side}
          columns=${kernel.side}
          digits=${3}
        />
        <figcaption>${t("digits.kernel")}</figcaption>
      </figure>
      <span aria-hidden="true">=</span>
      <figure>
        <${NumberGrid}
          label=${t("digits.convolution.products")}
          values=${products}
          rows=${kernel.side}
          columns=${kernel.side}
          digits=${3}
        />
        <figcaption>${t("digits.convolution.products")}</figcaption>
      </figure>
    </div>
    <p class="digit-cell" role="status" data-cell=${value} data-engine=${same}>
      ${t("digits.convolution.cell", {
        row: row + 1,
        column: column + 1,
        sum: short(sum, 5),
        bias: short(kernel.bias, 5),
        value: short(value, 5),
      })}
      ${same !== null && ` ${t("digits.convolution.engine", { value: short(same, 5) })}`}
    </p>
    ${
      pool &&
      html`<p class="digit-note">
        ${t("digits.convolution.pooling", {
          four: pool.window.map((v) => short(v, 4)).join(", "),
          max: short(pool.max, 4),
        })}
      </p>`
    }
    ${
      layer &&
      html`<h4>${t("digits.convolution.all")}</h4>
        <ul class="digit-thumbs">
          ${Array.from({ length: layer.filters }, (_, k) => {
            const one = featureMap(x, learned(layer.W, layer.b, layer.side, layer.filters, k));
            return html`<li key=${k}>
              <${Thumb}
                values=${one.values}
                side=${one.side}
                palette="diverging"
                label=${t("digits.kernel.learned", { n: k + 1 })}
                caption=${String(k + 1)}
                selected=${!byHand && k === filter}
                onSelect=${() => set({ kernel: "learned", filter: k })}
                version=${`${id} ${training.epoch}`}
              />
            </li>`;
          })}
        </ul>`
    }
  </div>`;
}

/** @param {ArrayLike<number>} values @returns {[number, number]} */
function spread(values) {
  let most = 1e-9;
  for (let k = 0; k < values.length; k++) most = Math.max(most, Math.abs(values[k]));
  return [-most, most];
}
