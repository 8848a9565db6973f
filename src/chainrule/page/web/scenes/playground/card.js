// What is selected in the drawing: a unit with its picture, bias and weights, or one weight.
import { IconButton } from "../../components/button.js";
import { ColorScale, HeatMap, rangeOf } from "../../components/heat_map.js";
import { html } from "../../components/html.js";
import { NumberField } from "../../components/number_field.js";
import { exact } from "../../components/numbers.js";
import { NumberGrid } from "../../components/number_grid.js";
import { usePage } from "../../components/page_context.js";
import { Panel, Disclosure } from "../../components/panel.js";
import { edgeWords, outputName, pictureOf, unitName } from "./network_view.js";
import { useNumbers } from "./use_trainer.js";

/** @typedef {import("./trainer.js").Trainer} Trainer */
/** @typedef {import("./network_view.js").Selection} Selection */

/** The shortest number with the same bits in the network's type. @param {number} value @param {Trainer} trainer */
const typedNumber = (value, trainer) =>
  Number(exact(value, trainer.session?.about.dtype).replace("−", "-").replace("e−", "e-")) || value;

/** @param {{ trainer: Trainer, selection: Selection, onSelect: (selection: Selection | null) => void }} props */
export function Card({ trainer, selection, onSelect }) {
  const { t } = usePage();
  useNumbers(trainer);
  const { plan, look } = trainer;
  if (!plan || !look) return null;
  const counts = [plan.inputs.names.length, ...plan.layers, plan.outputs];
  const close = html`<${IconButton}
    icon="close"
    kind="quiet"
    label=${t("shell.close")}
    onClick=${() => onSelect(null)}
  />`;
  if (selection.kind === "edge") {
    const words = edgeWords(trainer, selection, t);
    if (!words) return null;
    return html`<${Panel}
      title=${t("playground.weight.title", { name: words.name })}
      level=${4}
      tools=${close}
    >
      <p>${t("playground.weight.between", { from: words.from, to: words.to })}</p>
      <${NumberField}
        label=${words.name}
        value=${typedNumber(words.value, trainer)}
        inline=${true}
        onChange=${(/** @type {number} */ value) => trainer.setWeight(words.place, value)}
      />
    <//>`;
  }
  const { column, unit } = selection;
  if (unit >= (counts[column] ?? 0)) return null;
  const picture = pictureOf(trainer, column, unit);
  const weights = column > 0 ? plan.weights[column - 1] : null;
  return html`<${Panel} title=${unitName(trainer, column, unit, t)} level=${4} tools=${close}>
    <div class="unit-card">
      ${
        picture &&
        html`<div class="unit-picture">
          <${HeatMap}
            label=${t("playground.unit.picture", { name: unitName(trainer, column, unit, t) })}
            grid=${() => pictureOf(trainer, column, unit)}
            version=${trainer.version}
          />
          <${ColorScale} range=${rangeOf(picture)} />
        </div>`
      }
      ${
        weights
          ? html`<div class="stack">
              <${NumberField}
                label=${`${weights.biasSymbol}[${unit}]`}
                help=${{ text: t("playground.bias.help") }}
                value=${typedNumber(look.theta[weights.bias + unit], trainer)}
                inline=${true}
                onChange=${(/** @type {number} */ value) => trainer.setWeight(weights.bias + unit, value)}
              />
              <${NumberGrid}
                label=${weights.symbol}
                values=${Array.from(
                  { length: weights.rows },
                  (_, i) => look.theta[weights.start + i * weights.columns + unit],
                )}
                rows=${weights.rows}
                columns=${1}
                rowNames=${Array.from({ length: weights.rows }, (_, i) => unitName(trainer, column - 1, i, t))}
                onSelect=${(/** @type {number} */ row) =>
                  onSelect({ kind: "edge", layer: column - 1, from: row, to: unit })}
              />
            </div>`
          : html`<p class="quiet-words">${t("playground.input.note")}</p>`
      }
    </div>
  <//>`;
}

/** Every weight and bias as a number. @param {{ trainer: Trainer, selection: Selection | null, onSelect: (selection: Selection) => void }} props */
export function AllNumbers({ trainer, selection, onSelect }) {
  const { t } = usePage();
  return html`<${Disclosure}
    title=${t("playground.numbers")}
    note=${t("playground.numbers.note", { count: trainer.session?.about.size ?? 0 })}
  >
    <${Numbers} trainer=${trainer} selection=${selection} onSelect=${onSelect} />
  <//>`;
}

/** @param {{ trainer: Trainer, selection: Selection | null, onSelect: (selection: Selection) => void }} props */
function Numbers({ trainer, selection, onSelect }) {
  const { t } = usePage();
  useNumbers(trainer);
  const { plan, look } = trainer;
  if (!plan || !look) return null;
  const edge = selection?.kind === "edge" ? selection : null;
  return html`<p class="quiet-words">${t("playground.numbers.how")}</p>
    ${plan.weights.map((weights, layer) => {
      const end = weights.start + weights.rows * weights.columns;
      const names = Array.from({ length: weights.columns }, (_, k) =>
        layer < plan.layers.length ? String(k) : outputName(plan, k),
      );
      return html`<div key=${weights.symbol} class="stack">
        <h4>${weights.symbol}</h4>
        <${NumberGrid}
          label=${weights.symbol}
          values=${look.theta.subarray(weights.start, end)}
          rows=${weights.rows}
          columns=${weights.columns}
          dtype=${trainer.session?.about.dtype}
          rowNames=${Array.from({ length: weights.rows }, (_, i) =>
            layer ? String(i) : plan.inputs.names[i],
          )}
          columnNames=${names}
          selected=${edge?.layer === layer ? { row: edge.from, column: edge.to } : null}
          onSelect=${(/** @type {number} */ row, /** @type {number} */ column) =>
            onSelect({ kind: "edge", layer, from: row, to: column })}
        />
        <h4>${weights.biasSymbol}</h4>
        <${NumberGrid}
          label=${weights.biasSymbol}
          values=${look.theta.subarray(weights.bias, weights.bias + weights.columns)}
          rows=${1}
          columns=${weights.columns}
          dtype=${trainer.session?.about.dtype}
          columnNames=${names}
          name=${(/** @type {number} */ _row, /** @type {number} */ column) => `${weights.biasSymbol}[${names[column]}]`}
          onSelect=${(/** @type {number} */ _row, /** @type {number} */ column) =>
            onSelect({ kind: "unit", column: layer + 1, unit: column })}
        />
      </div>`;
    })}`;
}
