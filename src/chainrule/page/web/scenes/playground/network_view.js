// The network as a drawing: each unit's own picture over the plane, each weight as a line.
import { Canvas } from "../../components/canvas.js";
import { drawGrid } from "../../components/heat_map.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../components/html.js";
import { short } from "../../components/numbers.js";
import { usePage } from "../../components/page_context.js";
import { classColor } from "../../components/palette.js";
import { curveOf, edgeAt, layoutOf } from "./layout.js";
import { useNumbers } from "./use_trainer.js";

/** @typedef {import("./trainer.js").Trainer} Trainer */

/**
 * What is selected: a unit, a weight, or nothing. Column 0 holds the inputs.
 *
 * @typedef {{ kind: "unit", column: number, unit: number } | { kind: "edge", layer: number, from: number, to: number }} Selection
 */

/** Numbers of one unit out of rows of all. @param {ArrayLike<number>} values @param {number} units @param {number} unit */
export function columnOf(values, units, unit) {
  const n = values.length / units;
  const out = new Float32Array(n);
  for (let i = 0; i < n; i++) out[i] = values[i * units + unit];
  return out;
}

/** The picture of a unit. @param {Trainer} trainer @param {number} column @param {number} unit */
export function pictureOf(trainer, column, unit) {
  const { look, plan } = trainer;
  if (!look || !plan) return null;
  const size = look.unitSize;
  if (column === 0) {
    return grid(columnOf(look.inputs, plan.inputs.names.length, unit), size);
  }
  if (column <= plan.layers.length) {
    return grid(columnOf(look.units[column - 1], plan.layers[column - 1], unit), size);
  }
  const values = columnOf(look.output.values, plan.outputs, unit);
  // Probabilities have their middle at one half.
  const probable = ["truth", "index"].includes(plan.coding) || plan.loss === "KLDivergence";
  const range = probable ? /** @type {[number, number]} */ ([0, 1]) : undefined;
  return { ...grid(values, look.output.size), range };
}

/** @param {Float32Array} values @param {number} size */
const grid = (values, size) => ({ values, rows: size, columns: size, smooth: true });

/** The name of a unit. @param {Trainer} trainer @param {number} column @param {number} unit @param {any} t */
export function unitName(trainer, column, unit, t) {
  const { plan } = trainer;
  if (!plan) return "";
  if (column === 0) return t("playground.input", { name: plan.inputs.names[unit] });
  if (column <= plan.layers.length) {
    return t("playground.unit", { layer: column, unit });
  }
  return t("playground.output_unit", { name: outputName(plan, unit) });
}

/** @param {any} plan @param {number} unit */
export function outputName(plan, unit) {
  const { rows, outputs, coding } = plan;
  if (coding === "spread") return unit ? "σ" : "μ";
  if (!rows.classes) return "p";
  return outputs === 1 ? "p" : rows.words[unit];
}

/**
 * @param {{ trainer: Trainer, selection: Selection | null, onSelect: (selection: Selection | null) => void }} props
 */
export function NetworkView({ trainer, selection, onSelect }) {
  const page = usePage();
  const { t } = page;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [width, setWidth] = useState(0);
  const [all, setAll] = useState(false);
  const [hover, setHover] = useState(/** @type {any} */ (null));
  useLayoutEffect(() => setWidth(box.current?.clientWidth ?? 0), []);
  useEffect(() => {
    const watcher = new ResizeObserver(() => setWidth(box.current?.clientWidth ?? 0));
    if (box.current) watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  const { plan } = trainer;
  const counts = plan ? [plan.inputs.names.length, ...plan.layers, plan.outputs] : [1, 1];
  const least = counts.length * 58;
  const layout = layoutOf(Math.max(width, least), counts, all);

  /** @param {CanvasRenderingContext2D} context @param {number} _w @param {number} _h
   * @param {import("../../components/canvas.js").Roles} colors */
  const draw = (context, _w, _h, colors) => {
    if (!trainer.look || trainer.plan !== plan || !plan) return;
    drawEdges(context, trainer, layout, page, selection, hover);
    drawUnits(context, trainer, layout, page, colors, selection);
  };
  /** @param {PointerEvent} event */
  const at = (event) => {
    const bounds = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
    const edge = edgeAt(layout, x, y, event.pointerType === "touch" ? 14 : 7);
    return edge ? { ...edge, x, y } : null;
  };
  const large = layout.columns.flat().length > 40; // its picture takes longer than a frame has
  const hiddenUnits = layout.hidden.some((n) => n > 0);
  return html`<div class="network" ref=${box}>
    <div
      class="network-inner"
      style=${{ width: `${layout.width}px`, height: `${layout.height}px` }}
    >
      <${Canvas}
        draw=${draw}
        label=${t("playground.network.picture", {
          counts: counts.join(" – "),
          parameters: trainer.session?.about.size ?? 0,
        })}
        height=${layout.height}
        version=${`${trainer.version} ${JSON.stringify(selection)} ${JSON.stringify(hover)} ${all}`}
        running=${true}
        changed=${() => (large && trainer.playing ? trainer.version >> 2 : trainer.version)}
        handlers=${{
          onPointerMove: (/** @type {PointerEvent} */ event) => {
            const found = at(event);
            if (JSON.stringify(found) !== JSON.stringify(hover)) setHover(found);
          },
          onPointerLeave: () => setHover(null),
          onClick: (/** @type {PointerEvent} */ event) => {
            const found = at(event);
            if (found)
              onSelect({ kind: "edge", layer: found.layer, from: found.from, to: found.to });
          },
        }}
      />
      ${
        plan &&
        layout.columns
          .flat()
          .map(
            (unit) =>
              html`<${UnitButton}
                key=${`${unit.column} ${unit.unit}`}
                trainer=${trainer}
                place=${unit}
                size=${layout.size}
                chosen=${
                  selection?.kind === "unit" &&
                  selection.column === unit.column &&
                  selection.unit === unit.unit
                }
                onSelect=${onSelect}
              />`,
          )
      }
      ${hover && html`<${EdgeTip} trainer=${trainer} edge=${hover} width=${layout.width} />`}
    </div>
    ${
      (hiddenUnits || all) &&
      html`<button type="button" class="button quiet" onClick=${() => setAll(!all)}>
        ${
          all
            ? t("playground.network.fewer")
            : t("playground.network.all", { count: layout.hidden.reduce((sum, n) => sum + n, 0) })
        }
      </button>`
    }
  </div>`;
}

/** @param {{ trainer: Trainer, place: import("./layout.js").Unit, size: number, chosen: boolean, onSelect: (selection: Selection) => void }} props */
function UnitButton({ trainer, place, size, chosen, onSelect }) {
  const { t } = usePage();
  const { column, unit, x, y } = place;
  const name = unitName(trainer, column, unit, t);
  return html`<button
    type="button"
    class=${`unit-button ${chosen ? "selected" : ""}`}
    aria-label=${name}
    title=${name}
    aria-pressed=${chosen}
    style=${{ left: `${x - size / 2}px`, top: `${y - size / 2}px`, width: `${size}px`, height: `${size}px` }}
    onClick=${() => onSelect({ kind: "unit", column, unit })}
  ></button>`;
}

/** @param {{ trainer: Trainer, edge: any, width: number }} props */
function EdgeTip({ trainer, edge, width }) {
  useNumbers(trainer);
  const { t } = usePage();
  const words = edgeWords(trainer, edge, t);
  if (!words) return null;
  const left = Math.max(0, Math.min(width - 150, edge.x - 60));
  return html`<div class="edge-tip" style=${{ left: `${left}px`, top: `${edge.y + 14}px` }}>
    ${words.name} = ${short(words.value)}
  </div>`;
}

/**
 * The name, the place in θ and the value of a weight.
 *
 * @param {Trainer} trainer
 * @param {{ layer: number, from: number, to: number }} edge
 * @param {any} t
 */
export function edgeWords(trainer, { layer, from, to }, t) {
  const weights = trainer.plan?.weights[layer];
  if (!weights || !trainer.look || from >= weights.rows || to >= weights.columns) return null;
  const place = weights.start + from * weights.columns + to;
  return {
    name: `${weights.symbol}[${from}, ${to}]`,
    place,
    value: trainer.look.theta[place],
    from: unitName(trainer, layer, from, t),
    to: unitName(trainer, layer + 1, to, t),
  };
}

/** The largest absolute weight of a layer. @param {ArrayLike<number>} theta @param {{ start: number, rows: number, columns: number }} weights */
function largest(theta, { start, rows, columns }) {
  let most = 1e-9;
  for (let k = start; k < start + rows * columns; k++) most = Math.max(most, Math.abs(theta[k]));
  return most;
}

const MANY = 1200; // edges: with more, faint ones are left out

/** @param {CanvasRenderingContext2D} context @param {Trainer} trainer @param {import("./layout.js").Layout} layout
 * @param {any} page @param {Selection | null} selection @param {any} hover */
function drawEdges(context, trainer, layout, page, selection, hover) {
  const { look, plan } = trainer;
  if (!look || !plan) return;
  const low = classColor(0, page.palette, page.dark, 2);
  const high = classColor(1, page.palette, page.dark, 2);
  const edges = layout.columns
    .slice(1)
    .reduce((sum, c, k) => sum + c.length * layout.columns[k].length, 0);
  plan.weights.forEach((weights, layer) => {
    const scale = Math.max(1, largest(look.theta, weights));
    for (const to of layout.columns[layer + 1] ?? []) {
      for (const from of layout.columns[layer]) {
        const w = look.theta[weights.start + from.unit * weights.columns + to.unit];
        const size = Math.min(1, Math.abs(w) / scale);
        if (edges > MANY && size < 0.25) continue;
        const mine =
          isEdge(selection, layer, from.unit, to.unit) || isEdge(hover, layer, from.unit, to.unit);
        context.globalAlpha = mine ? 1 : 0.25 + 0.65 * size;
        context.lineWidth = mine ? Math.max(3, 5 * size) : 0.5 + 4.5 * size;
        context.strokeStyle = w < 0 ? low : high;
        context.setLineDash(w < 0 ? [4, 3] : []);
        const [x0, y0, x1, y1, x2, y2, x3, y3] = curveOf(from, to, layout.size);
        context.beginPath();
        context.moveTo(x0, y0);
        context.bezierCurveTo(x1, y1, x2, y2, x3, y3);
        context.stroke();
      }
    }
  });
  context.globalAlpha = 1;
  context.setLineDash([]);
}

/** @param {any} edge @param {number} layer @param {number} from @param {number} to */
const isEdge = (edge, layer, from, to) =>
  edge && edge.kind !== "unit" && edge.layer === layer && edge.from === from && edge.to === to;

/** @param {CanvasRenderingContext2D} context @param {Trainer} trainer @param {import("./layout.js").Layout} layout
 * @param {any} page @param {import("../../components/canvas.js").Roles} colors @param {Selection | null} selection */
function drawUnits(context, trainer, layout, page, colors, selection) {
  const { look, plan } = trainer;
  if (!look || !plan) return;
  const { size } = layout;
  for (const place of layout.columns.flat()) {
    const picture = pictureOf(trainer, place.column, place.unit);
    const [left, top] = [place.x - size / 2, place.y - size / 2];
    if (picture) drawGrid(context, picture, [left, top, size, size], page);
    const dead = place.column > 0 && trainer.dead[place.column - 1]?.includes(place.unit);
    context.strokeStyle = dead ? colors.bad : colors.ink;
    context.lineWidth = dead ? 2 : 1;
    context.globalAlpha = dead ? 1 : 0.5;
    context.strokeRect(left + 0.5, top + 0.5, size - 1, size - 1);
    context.globalAlpha = 1;
    if (dead) {
      context.beginPath();
      context.moveTo(left, top);
      context.lineTo(left + size, top + size);
      context.stroke();
    }
    if (place.column > 0)
      drawBias(context, look.theta, plan.weights[place.column - 1], place, size, page, colors);
    if (
      selection?.kind === "unit" &&
      selection.column === place.column &&
      selection.unit === place.unit
    ) {
      context.strokeStyle = colors.accent;
      context.lineWidth = 3;
      context.strokeRect(left - 2, top - 2, size + 4, size + 4);
    }
  }
  plan.inputs.names.slice(0, layout.columns[0].length).forEach((name, k) => {
    const place = layout.columns[0][k];
    context.font = `${12 * colors.scale}px ${colors.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    const words = inputLabel(name);
    const room = place.x - size / 2 - 4;
    if (context.measureText(words).width > room) return;
    context.fillStyle = colors.ink;
    context.fillText(words, room, place.y);
  });
}

/** A formula as people write it by hand. @param {string} name */
export const inputLabel = (name) =>
  name
    .replace(/\^2\b/g, "²")
    .replace(/\*/g, " ")
    .replace(/\bpi\b/g, "π")
    .replace(/([A-Za-z])([0-9])\b/g, (_, letter, digit) => letter + "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]);

/** A small square at the corner: the bias. @param {CanvasRenderingContext2D} context @param {ArrayLike<number>} theta
 * @param {any} weights @param {any} place @param {number} size @param {any} page @param {any} colors */
function drawBias(context, theta, weights, place, size, page, colors) {
  const bias = theta[weights.bias + place.unit];
  const half = 4.5;
  const [x, y] = [place.x - size / 2, place.y + size / 2];
  const values = [Math.tanh(bias)];
  drawGrid(
    context,
    { values, rows: 1, columns: 1, range: [-1, 1] },
    [x - half, y - half, 2 * half, 2 * half],
    page,
  );
  context.strokeStyle = colors.ink;
  context.lineWidth = 1;
  context.strokeRect(x - half, y - half, 2 * half, 2 * half);
}
