// One stage: its quantities as numbers that can be asked.
import { Formula } from "../../components/formula.js";
import { IconButton } from "../../components/button.js";
import { html, useEffect, useState } from "../../components/html.js";
import { NumberCell, NumberGrid } from "../../components/number_grid.js";
import { indexOf, placeOf, sizeOf } from "../../reference/arrays.js";
import { greek, indexed, isProse } from "../../reference/words.js";
import { givenText, isOfRows } from "./words.js";

/** @typedef {import("../../reference/stages.js").Quantity} Quantity */
/** @typedef {import("../../reference/stages.js").Stage} Stage */
/** @typedef {import("./moment.js").Moment} Moment */

const ALL = 128; // numbers of an array that is shown whole
const ROOM = 64; // numbers of a window into a larger one

/** @param {ArrayLike<number>} values @returns {[number, number]} the ends of the palette */
function rangeOf(values) {
  let most = 0;
  for (let k = 0; k < values.length; k++)
    if (Number.isFinite(values[k])) most = Math.max(most, Math.abs(values[k]));
  return [-most, most];
}

/**
 * @param {{ moment: Moment, stage: Stage, row: number, look: { quantity: Quantity, at: number[] } | null,
 *   marks: Map<Quantity, Set<number>>, onLook: (where: string) => void,
 *   t: import("../../app/texts.js").Translate }} props
 */
export const StageView = ({ moment, stage, row, look, marks, onLook, t }) =>
  html`<div class="update-quantities">
    ${stage.quantities.map(
      (q, k) =>
        html`<${QuantityView}
          key=${`${q.symbol}-${k}`}
          q=${q}
          moment=${moment}
          row=${row}
          at=${look?.quantity === q ? look.at : null}
          marks=${marks.get(q)}
          onLook=${onLook}
          t=${t}
        />`,
    )}
  </div>`;

/**
 * @param {{ q: Quantity, moment: Moment, row: number, at: number[] | null, marks?: Set<number>,
 *   onLook: (where: string) => void, t: import("../../app/texts.js").Translate }} props
 */
function QuantityView({ q, moment, row, at, marks, onLook, t }) {
  const { shape, data } = q.array;
  const name = greek(q.symbol);
  const ofRows = isOfRows(q, moment.update.program, moment.rows.length);
  const one = ofRows && row >= 0 && row < shape[0] ? row : -1;
  const inside = shape.slice(1);
  const each = sizeOf(inside);
  const [rows, columns] = shapeOfGrid(shape, one);
  const begin = one < 0 ? 0 : one * each;
  const shown = one < 0 ? data : data.subarray(begin, begin + each);
  /** @param {number} r @param {number} c */
  const entryAt = (r, c) => indexOf(shape, begin + r * columns + c);
  const place = at ? placeOf(shape, at) - begin : -1;
  const whole = data instanceof Int32Array;
  // a large array is shown in windows of some lines; that of the number which is explained comes first
  const many = Math.max(
    1,
    Math.min(rows, rows * columns <= ALL ? rows : Math.floor(ROOM / columns)),
  );
  const chosen = place >= 0 && at ? Math.floor(place / columns) : -1;
  const [first, setFrom] = useState(0);
  const from = Math.min(first, rows - many);
  const to = from + many;
  /** @param {number} r @param {number} c */
  const nameAt = (r, c) => indexed(q.symbol, entryAt(from + r, c));
  useEffect(() => {
    if (chosen >= 0 && (chosen < from || chosen >= to)) setFrom(Math.min(chosen, rows - many));
  }, [chosen]);
  return html`<section class="update-quantity" aria-label=${name}>
    <div class="update-equation">
      ${
        q.given
          ? html`<${Formula} text=${name} /> <span class="quiet">${givenText(q, t)}</span>`
          : isProse(q.equation)
            ? html`<span>${greek(q.equation)}</span>`
            : html`<${Formula} text=${greek(q.equation)} />`
      }
      ${shape.length > 0 && html`<span class="update-shape">(${shape.join(", ")})</span>`}
      <${Source} q=${q} moment=${moment} t=${t} />
    </div>
    ${
      data.length === 0
        ? null
        : shape.length === 0 || shown.length === 1
          ? html`<div class="update-single">
              <${NumberCell}
                value=${shown[0]}
                label=${indexed(q.symbol, indexOf(shape, begin))}
                plain=${whole}
                selected=${at !== null}
                marked=${marks?.has(begin)}
                onSelect=${() => onLook(indexed(q.symbol, indexOf(shape, begin)))}
              />
            </div>`
          : html`<${NumberGrid}
                label=${name}
                values=${shown.subarray(from * columns, to * columns)}
                rows=${to - from}
                columns=${columns}
                range=${rangeOf(shown)}
                plain=${whole}
                selected=${at && place >= 0 ? { row: Math.floor(place / columns) - from, column: place % columns } : null}
                marked=${(/** @type {number} */ r, /** @type {number} */ c) => marks?.has(begin + (from + r) * columns + c) ?? false}
                rowNames=${names(rows, one < 0 ? shape : inside)?.slice(from, to)}
                columnNames=${columnNames(columns)}
                name=${nameAt}
                onSelect=${(/** @type {number} */ r, /** @type {number} */ c) => onLook(nameAt(r, c))}
              />
              ${
                to - from < rows &&
                html`<p class="quiet update-window">
                  <${IconButton}
                    icon="left"
                    label=${t("one_update.window.before", { name })}
                    disabled=${from === 0}
                    onClick=${() => setFrom(Math.max(0, from - many))}
                  />
                  <${IconButton}
                    icon="right"
                    label=${t("one_update.window.after", { name })}
                    disabled=${to === rows}
                    onClick=${() => setFrom(Math.min(rows - many, from + many))}
                  />
                  ${t("one_update.window", { first: from, last: to - 1, count: rows })}
                </p>`
              }`
    }
  </section>`;
}

/**
 * Return rows and columns in which an array of any shape is shown.
 *
 * @param {number[]} shape
 * @param {number} one the row that is shown alone, or −1
 */
function shapeOfGrid(shape, one) {
  const seen = one < 0 ? shape : shape.slice(1);
  if (seen.length <= 1) return [1, seen[0] ?? 1];
  const columns = seen[seen.length - 1];
  return columns === 1 && seen.length > 2
    ? [sizeOf(seen.slice(0, -2)), seen[seen.length - 2]]
    : [sizeOf(seen.slice(0, -1)), columns];
}

/** @param {number} rows @param {number[]} shape @returns {string[] | undefined} */
function names(rows, shape) {
  if (shape.length < 2) return undefined;
  const axes =
    shape[shape.length - 1] === 1 && shape.length > 2 ? shape.slice(0, -2) : shape.slice(0, -1);
  return Array.from({ length: rows }, (_, r) => indexOf(axes, r).join(", "));
}

/** @param {number} columns @returns {string[]} */
const columnNames = (columns) => Array.from({ length: columns }, (_, c) => String(c));

/** Whose numbers these are. @param {{ q: Quantity, moment: Moment, t: import("../../app/texts.js").Translate }} props */
export function Source({ q, moment, t }) {
  if (q.given) return null;
  const kind = q.ofRun ? moment.source : "page";
  return html`<span class=${`update-source ${kind}`} title=${t(`one_update.from.${kind}.help`)}>
    ${t(`one_update.from.${kind}`)}
  </span>`;
}
