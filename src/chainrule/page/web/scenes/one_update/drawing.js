// The network as columns of units, in the colors of the stage that is shown.
import { html, useMemo } from "../../components/html.js";
import { short } from "../../components/numbers.js";
import { usePage } from "../../components/page_context.js";
import { css, diverging } from "../../components/palette.js";
import { indexOf, placeOf, sizeOf } from "../../reference/arrays.js";
import { named } from "../../reference/explained.js";
import { greek, indexed } from "../../reference/words.js";

/** @typedef {import("../../reference/stages.js").Quantity} Quantity */
/** @typedef {import("./moment.js").Moment} Moment */
/**
 * @typedef {object} Column
 * @property {string} symbol
 * @property {Quantity | undefined} quantity whose numbers color it
 * @property {number[]} inside the shape of one row
 * @property {number} x
 */

const MOST = 6; // units of a column that are drawn
const [WIDE, HIGH, RADIUS] = [104, 190, 10];
/** Which quantity colors the lines between columns, by stage. @type {Record<string, (W: string, slots: string[]) => string>} */
const LINES = {
  gradients: (W) => `d${W}`,
  clips: (W) => `clipped.d${W}`,
  slots: (W, slots) => `${slots[0]}.${W}`,
  "new weights": (W) => `new.${W}`,
  constraints: (W) => `new.${W}`,
  average: (W) => `average.${W}`,
};

/**
 * @param {{ moment: Moment, stage: string, quantities: Quantity[], row: number,
 *   look: { quantity: Quantity, at: number[] } | null, marks: Map<Quantity, Set<number>>,
 *   onLook: (where: string) => void, t: import("../../app/texts.js").Translate }} props
 */
export function Drawing({ moment, stage, quantities, row, look, marks, onLook, t }) {
  const { palette, dark } = usePage();

  const slopes = stage === "deltas" || stage === "gradients";
  const columns = useMemo(
    () => columnsOf(moment, quantities, slopes),
    [moment, quantities, slopes],
  );
  const n = row < 0 ? moment.rows.length - 1 : row;
  const color = diverging(palette, dark);
  /** @param {Quantity} q @param {number} k */
  const fill = (q, k) => css(color(q.array.data[k] / (largest(q) || 1)));
  /** @param {Quantity | undefined} q @param {number[]} at */
  const isChosen = (q, at) =>
    q !== undefined && look?.quantity === q && at.join() === look.at.join();
  const width = columns.length * WIDE + 20;
  const said = `${t("one_update.drawing")}: ${columns.map((c) => greek(c.quantity?.symbol ?? c.symbol)).join(", ")}`;
  return html`<figure class="update-drawing">
    <svg
      viewBox=${`0 0 ${width} ${HIGH}`}
      width=${width}
      height=${HIGH}
      role="img"
      aria-label=${said}
    >
      ${sameUnits(moment, columns).map(
        ([x1, x2, y], k) =>
          html`<line key=${k} x1=${x1} y1=${y} x2=${x2} y2=${y} class="update-same" />`,
      )}
      ${linesOf(moment, stage, quantities, columns).map(({ q, at, from, to }, k) => {
        const chosen = isChosen(q, at);
        const place = placeOf(q.array.shape, at);
        const strong = Math.abs(q.array.data[place]) / (largest(q) || 1);
        return html`<line
          key=${k}
          x1=${from[0]}
          y1=${from[1]}
          x2=${to[0]}
          y2=${to[1]}
          class=${`update-edge ${chosen ? "chosen" : ""} ${marks.get(q)?.has(place) ? "marked" : ""}`}
          stroke=${fill(q, place)}
          stroke-width=${1 + 3 * strong}
          onClick=${() => onLook(indexed(q.symbol, at))}
        >
          <title>
            ${t("one_update.drawing.unit", { name: indexed(q.symbol, at), value: short(q.array.data[place]) })}
          </title>
        </line>`;
      })}
      ${columns.map(({ symbol, quantity: q, inside, x }) => {
        const many = sizeOf(inside);
        const isScalar = !q || q.array.shape.length === 0;
        const active = q && look?.quantity === q;
        return html`<g key=${symbol}>
          <text x=${x} y="16" class=${`update-name ${active ? "chosen" : ""}`}
            >${greek(q?.symbol ?? symbol)}</text
          >
          ${Array.from({ length: Math.min(many, MOST) }, (_, k) => {
            const [cx, cy] = [x, heightOf(k, Math.min(many, MOST))];
            if (!q)
              return html`<circle
                key=${k}
                cx=${cx}
                cy=${cy}
                r=${RADIUS}
                class="update-unit empty"
              />`;
            const at = isScalar ? [] : [n, ...indexOf(inside, k)];
            const place = placeOf(q.array.shape, at);
            const chosen = isChosen(q, at);
            const marked = marks.get(q)?.has(place);
            return html`<circle
              key=${k}
              cx=${cx}
              cy=${cy}
              r=${RADIUS}
              class=${`update-unit ${chosen ? "chosen" : ""} ${marked ? "marked" : ""}`}
              fill=${fill(q, place)}
              onClick=${() => onLook(indexed(q.symbol, at))}
            >
              <title>
                ${t("one_update.drawing.unit", { name: indexed(q.symbol, at), value: short(q.array.data[place]) })}
              </title>
            </circle>`;
          })}
          ${many > MOST && html`<text x=${x} y=${HIGH - 4} class="update-name">${inside.join(" × ")}</text>`}
        </g>`;
      })}
    </svg>
    <figcaption class="quiet">${t("one_update.drawing.row", { row: moment.rows[n] })}</figcaption>
  </figure>`;
}

/** @param {Quantity} q @returns {number} the largest size of its finite numbers */
function largest({ array }) {
  let most = 0;
  for (const x of array.data) if (Number.isFinite(x)) most = Math.max(most, Math.abs(x));
  return most;
}

/** @param {number} k @param {number} many @returns {number} */
const heightOf = (k, many) => 32 + ((HIGH - 60) * (k + 0.5)) / many;

/**
 * Return the inputs, what each step of the layers computes for each row, and L.
 *
 * @param {Moment} moment
 * @param {Quantity[]} quantities
 * @param {boolean} slopes
 * @returns {Column[]}
 */
function columnsOf({ update: { program } }, quantities, slopes) {
  const places = [program.inputs.x ?? Object.values(program.inputs)[0]];
  for (const { output, kind } of program.steps) {
    const value = program.values[output];
    if (kind === "row" && value.path.includes("/")) places.push(output);
  }
  places.push(program.output);
  return places.map((i, k) => {
    const { symbol, shape } = program.values[i];
    const quantity = slopes
      ? (named(quantities, `d${symbol}`) ?? undefined)
      : quantities.find((q) => q.symbol === symbol);
    return { symbol, quantity, inside: shape[0] === 0 ? shape.slice(1) : [], x: 50 + k * WIDE };
  });
}

/**
 * Return a line for each weight between two columns of units.
 *
 * @param {Moment} moment
 * @param {string} stage
 * @param {Quantity[]} quantities
 * @param {Column[]} columns
 */
function linesOf({ update: { program, list, slots } }, stage, quantities, columns) {
  const found = [];
  const names = Object.keys(slots).filter((name) => name !== "average");
  for (const { op, inputs, output } of program.steps) {
    if (op !== "affine" && op !== "linear") continue;
    const [from, to] = [inputs[0], output].map((i) =>
      columns.find((c) => c.symbol === program.values[i].symbol),
    );
    if (!from || !to || !list) continue;
    const { symbol, shape } = program.values[inputs[1]];
    const wanted = LINES[stage]?.(symbol, names) ?? symbol;
    const q =
      named(
        quantities.filter((one) => one.symbol === wanted),
        wanted,
      ) ?? quantities.find((one) => one.symbol === symbol);
    if (!q || shape[0] > MOST || shape[1] > MOST) continue;
    for (let i = 0; i < shape[0]; i++)
      for (let j = 0; j < shape[1]; j++)
        found.push({
          q,
          at: [i, j],
          from: [from.x + RADIUS, heightOf(i, shape[0])],
          to: [to.x - RADIUS, heightOf(j, shape[1])],
        });
  }
  return found;
}

/**
 * Return a line between two columns for each unit that is computed from the same unit alone.
 *
 * @param {Moment} moment
 * @param {Column[]} columns
 * @returns {[number, number, number][]}
 */
function sameUnits({ update: { program } }, columns) {
  /** @type {[number, number, number][]} */
  const found = [];
  for (const { op, inputs, output } of program.steps) {
    if (op === "affine" || op === "linear") continue;
    const [from, to] = [inputs[0], output].map((i) =>
      columns.find((c) => c.symbol === program.values[i].symbol),
    );
    if (!from || !to || sizeOf(from.inside) !== sizeOf(to.inside)) continue;
    const many = Math.min(sizeOf(to.inside), MOST);
    for (let k = 0; k < many; k++) found.push([from.x + RADIUS, to.x - RADIUS, heightOf(k, many)]);
  }
  return found;
}
