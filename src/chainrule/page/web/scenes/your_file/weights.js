// The parameters of a network: their table, and one of them as numbers and as pictures.
import { Button } from "../../components/button.js";
import { HeatMap } from "../../components/heat_map.js";
import { html, useState } from "../../components/html.js";
import { NumberField } from "../../components/number_field.js";
import { NumberGrid } from "../../components/number_grid.js";
import { grouped, short } from "../../components/numbers.js";
import { sentences } from "../../components/page_context.js";
import { Panel } from "../../components/panel.js";
import { Select } from "../../components/select.js";
import { indexOf } from "../../reference/arrays.js";
import { indexed } from "../../reference/words.js";

const MOST_PICTURES = 32;

/** @typedef {import("../../files/saved_model.js").Part} Part */

/**
 * @param {{ model: import("../../files/saved_model.js").Network, kept: any, theta: any,
 *   edit: (theta: any) => void, t: any }} props
 *   `kept` is θ as the file has it, `theta` with what was changed here
 */
export function Weights({ model, kept, theta, edit, t }) {
  const [at, setAt] = useState(/** @type {{ row: number, column: number } | null} */ (null));
  const [path, setPath] = useState(model.parts[0]?.path ?? "");
  const part = model.parts.find((one) => one.path === path) ?? model.parts[0];
  if (!part) return null;
  const values = theta.subarray(part.start, part.start + part.size);
  const columns = part.shape.at(-1) ?? 1;
  const changed = kept.reduce(
    (/** @type {number} */ n, /** @type {number} */ w, /** @type {number} */ i) =>
      n + Number(w !== theta[i]),
    0,
  );
  /** @param {number} row @param {number} column */
  const nameAt = (row, column) => indexed(part.symbol, indexOf(part.shape, row * columns + column));
  /** @param {number} k @param {number} value */
  const put = (k, value) => {
    const next = theta.slice();
    next[part.start + k] = value;
    edit(next);
  };
  return html`<div class="file-columns">
    <${Panel} title=${t("your_file.weights.table")}>
      <div
        class="table-scroll"
        tabindex="0"
        role="region"
        aria-label=${t("your_file.weights.table")}
      >
        <table class="file-table">
          <thead>
            <tr>
              ${["symbol", "path", "shape", "numbers"].map(
                (name) =>
                  html`<th scope="col" key=${name}>${t(`your_file.weights.column.${name}`)}</th>`,
              )}
            </tr>
          </thead>
          <tbody>
            ${model.parts.map(
              (one) =>
                html`<tr key=${one.path} class=${one === part ? "selected" : ""}>
                  <th scope="row">${one.symbol}</th>
                  <td>${one.path}</td>
                  <td>${shape(one)}</td>
                  <td class="number">${grouped(one.size)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    <//>
    <${Panel} title=${`${part.symbol} ${shape(part)}`}>
      <${Select}
        label=${t("your_file.weights.pick")}
        value=${part.path}
        onChange=${(/** @type {string} */ to) => {
          setAt(null);
          setPath(to);
        }}
        options=${model.parts.map((one) => ({ value: one.path, label: `${one.symbol}  ${one.path}` }))}
      />
      <p>
        ${sentences(t, [
          t(`your_file.weights.${part.role === "state" ? "state" : "parameter"}`, {
            path: part.path,
            shape: shape(part),
          }),
          t("your_file.weights.summary", summary(values)),
        ])}
      </p>
      <${NumberGrid}
        label=${part.symbol}
        values=${values}
        rows=${part.size / columns}
        columns=${columns}
        range=${symmetric(values)}
        dtype=${model.about.dtype}
        selected=${at}
        name=${nameAt}
        onSelect=${(/** @type {number} */ row, /** @type {number} */ column) => setAt({ row, column })}
      />
      <p class="quiet">${t("your_file.weights.edit.help")}</p>
      ${
        at &&
        html`<${NumberField}
          key=${`${part.path} ${at.row} ${at.column}`}
          label=${nameAt(at.row, at.column)}
          value=${values[at.row * columns + at.column]}
          onChange=${(/** @type {number} */ value) => put(at.row * columns + at.column, value)}
        />`
      }
      ${
        changed > 0 &&
        html`<p aria-live="polite">${t("your_file.weights.edited", { count: changed })}</p>
          <${Button} onClick=${() => edit(null)}>${t("your_file.weights.undo")}<//>`
      }
      <${Pictures} ...${{ model, part, values, t }} />
    <//>
  </div>`;
}

/** One picture for each unit, where a unit's weights have the shape of a picture. @param {any} props */
function Pictures({ model, part, values, t }) {
  const picture = pictureOf(model, part);
  if (!picture) return null;
  const { rows, columns, units } = picture;
  const shown = Math.min(units, MOST_PICTURES);
  const range = symmetric(values);
  return html`<h4>${t("your_file.weights.picture", { path: part.path })}</h4>
    <div class="file-pictures">
      ${Array.from(
        { length: shown },
        (_, k) =>
          html`<${HeatMap}
            key=${k}
            label=${t("your_file.weights.unit", { k: k + 1 })}
            grid=${{ values: Float32Array.from({ length: rows * columns }, (__, i) => values[i * units + k]), rows, columns, range }}
            version=${values}
          />`,
      )}
    </div>
    ${shown < units && html`<p>${t("your_file.weights.more", { shown, count: units })}</p>`}`;
}

/**
 * Return how the weights of a unit lie in a picture: kernels of convolutions of one channel, and
 * dense layers that read the pixels of an image.
 *
 * @param {import("../../files/saved_model.js").Network} model
 * @param {Part} part
 */
function pictureOf(model, { shape: s, start }) {
  if (s.length === 4 && s[2] === 1 && s[0] > 1) return { rows: s[0], columns: s[1], units: s[3] };
  const size = pictureSize(model);
  if (size && start === 0 && s.length === 2 && s[0] === size.rows * size.columns) {
    return { ...size, units: s[1] };
  }
  return null;
}

/**
 * Return the size of the pictures that a network takes, or null if its rows are no pictures: (h, w, 1),
 * or 64 and 784 numbers, the sizes of digits.
 *
 * @param {import("../../files/saved_model.js").Network} model
 */
export function pictureSize({ about, table }) {
  const row = about.inputs?.x;
  if (table || !Array.isArray(row)) return null;
  if (
    row.length === 3 &&
    row[2] === 1 &&
    row[0] <= 64 &&
    row[1] <= 64 &&
    row[0] > 2 &&
    row[1] > 2
  ) {
    return { rows: row[0], columns: row[1] };
  }
  const side = Math.sqrt(row[0]);
  if (row.length === 1 && (row[0] === 64 || row[0] === 784)) return { rows: side, columns: side };
  return null;
}

/** @param {Part} part */
const shape = (part) => `(${part.shape.join(", ")}${part.shape.length === 1 ? "," : ""})`;

/** @param {ArrayLike<number>} values */
function summary(values) {
  let [sum, least, most] = [0, Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    least = Math.min(least, values[i]);
    most = Math.max(most, values[i]);
  }
  return { mean: short(sum / values.length), least: short(least), most: short(most) };
}

/** @param {ArrayLike<number>} values @returns {[number, number]} */
export function symmetric(values) {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return [-most || -1, most || 1];
}
