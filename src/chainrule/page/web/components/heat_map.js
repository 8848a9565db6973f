// A grid of numbers as colors.
import { Canvas } from "./canvas.js";
import { html, useRef } from "./html.js";
import { short } from "./numbers.js";
import { usePage } from "./page_context.js";
import { pixel, pixelTable } from "./palette.js";

/**
 * @typedef {object} Grid
 * @property {ArrayLike<number>} values rows one after another, the first row on top
 * @property {number} rows
 * @property {number} columns
 * @property {[number, number]} [range] the numbers at the two ends of the palette; without it the
 *   largest absolute value both ways for "diverging", minimum and maximum for "sequential"
 * @property {"diverging" | "sequential"} [palette]
 * @property {boolean} [smooth] draw it without edges between cells
 * @property {number} [strength] 0 to 1: less lets the paper through, so that points stand out
 */

/** Return the numbers at the ends of the palette. @param {Grid} grid @returns {[number, number]} */
export function rangeOf({ values, range, palette }) {
  if (range) return range;
  let low = Infinity;
  let high = -Infinity;
  for (let k = 0; k < values.length; k += 1) {
    if (values[k] < low) low = values[k];
    if (values[k] > high) high = values[k];
  }
  if (!(low <= high)) return [-1, 1];
  if (palette === "sequential") return low < high ? [low, high] : [low, low + 1];
  const size = Math.max(Math.abs(low), Math.abs(high)) || 1;
  return [-size, size];
}

/** @type {OffscreenCanvas | HTMLCanvasElement | null} */
let sheet = null;

/**
 * Draw a grid of numbers into a rectangle of a canvas.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Grid} grid
 * @param {[number, number, number, number]} box left, top, width, height
 * @param {{ palette: import("./palette.js").PaletteName, dark: boolean }} page
 */
export function drawGrid(context, grid, [left, top, width, height], { palette, dark }) {
  const { values, rows, columns } = grid;
  if (!rows || !columns || values.length < rows * columns) return;
  const [low, high] = rangeOf(grid);
  const table = pixelTable(palette, dark);
  const wrong = pixel(dark ? [90, 90, 90] : [160, 160, 160]);
  const picture = new ImageData(columns, rows);
  const pixels = new Uint32Array(picture.data.buffer);
  const sequential = grid.palette === "sequential";
  for (let k = 0; k < rows * columns; k += 1) {
    const share = (values[k] - low) / (high - low);
    const place = sequential ? 256 + 256 * share : 512 * share;
    pixels[k] = Number.isNaN(place) ? wrong : table[Math.max(0, Math.min(512, Math.round(place)))];
  }
  sheet ??= document.createElement("canvas");
  if (sheet.width < columns || sheet.height < rows) {
    sheet.width = Math.max(sheet.width, columns);
    sheet.height = Math.max(sheet.height, rows);
  }
  const side = /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d"));
  side.putImageData(picture, 0, 0);
  context.imageSmoothingEnabled = Boolean(grid.smooth);
  context.globalAlpha = grid.strength ?? 1;
  context.drawImage(/** @type {any} */ (sheet), 0, 0, columns, rows, left, top, width, height);
  context.globalAlpha = 1;
}

/**
 * @typedef {object} HeatMapProps
 * @property {string} label what the picture shows; the live range is added
 * @property {Grid | (() => Grid | null) | null} grid a function is asked at each drawing
 * @property {any} [version] the picture is drawn again when this changes
 * @property {boolean} [running] drawn once a frame
 * @property {number} [aspect] width / height; columns / rows by itself
 * @property {{ row: number, column: number } | null} [selected]
 * @property {(row: number, column: number) => void} [onSelect] by pointer, or arrows and Enter
 * @property {(at: { row: number, column: number, value: number } | null) => void} [onHover]
 * @property {string} [class]
 */

/** @param {HeatMapProps} props */
export function HeatMap({
  label,
  grid,
  version,
  running,
  aspect,
  selected,
  onSelect,
  onHover,
  ...rest
}) {
  const page = usePage();
  const element = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const current = () => (typeof grid === "function" ? grid() : grid);
  const now = current();
  /** @param {import("./canvas.js").Draw extends (...a: infer A) => any ? A[0] : never} context
   * @param {number} width @param {number} height @param {import("./canvas.js").Roles} colors */
  const draw = (context, width, height, colors) => {
    const shown = current();
    if (!shown) return;
    drawGrid(context, shown, [0, 0, width, height], page);
    if (!selected) return;
    const [wide, high] = [width / shown.columns, height / shown.rows];
    context.strokeStyle = colors.paper;
    context.lineWidth = 4;
    context.strokeRect(selected.column * wide, selected.row * high, wide, high);
    context.strokeStyle = colors.ink;
    context.lineWidth = 2;
    context.strokeRect(selected.column * wide, selected.row * high, wide, high);
  };
  /** @param {any} event */
  const at = (event) => {
    const shown = current();
    if (!shown) return null;
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * shown.columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * shown.rows);
    if (row < 0 || column < 0 || row >= shown.rows || column >= shown.columns) return null;
    return { row, column, value: shown.values[row * shown.columns + column] };
  };
  /** @type {Record<string, any>} */
  const handlers = {};
  if (onHover) {
    handlers.onPointerMove = (/** @type {any} */ event) => onHover(at(event));
    handlers.onPointerLeave = () => onHover(null);
  }
  if (onSelect) {
    handlers.onClick = (/** @type {any} */ event) => {
      const place = at(event);
      if (place) onSelect(place.row, place.column);
    };
    handlers.onKeyDown = (/** @type {KeyboardEvent} */ event) => {
      const shown = current();
      const move = ARROWS[event.key];
      if (!move || !shown) return;
      event.preventDefault();
      event.stopPropagation();
      const { row, column } = selected ?? { row: 0, column: 0 };
      onSelect(
        Math.max(0, Math.min(shown.rows - 1, row + move[0])),
        Math.max(0, Math.min(shown.columns - 1, column + move[1])),
      );
    };
  }
  const [low, high] = now ? rangeOf(now) : [0, 0];
  const value = selected && now ? now.values[selected.row * now.columns + selected.column] : null;
  const name =
    value === null
      ? page.t("shell.heat.name", { label, low: short(low), high: short(high) })
      : page.t("shell.heat.cell", {
          label,
          row: (selected?.row ?? 0) + 1,
          column: (selected?.column ?? 0) + 1,
          value: short(value),
        });
  return html`<${Canvas}
    draw=${draw}
    label=${name}
    aspect=${aspect ?? (now ? now.columns / now.rows : 1)}
    version=${version}
    running=${running}
    handlers=${handlers}
    focusable=${Boolean(onSelect)}
    class=${`heat-map ${rest.class ?? ""}`}
    elementRef=${element}
  />`;
}

/** @type {Record<string, [number, number]>} */
export const ARROWS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/**
 * The palette from low to high with its numbers, to stand below a heat map.
 *
 * @param {{ range: [number, number], palette?: "diverging" | "sequential", label?: string }} props
 */
export function ColorScale({ range, palette = "diverging", label }) {
  const values = Float32Array.from({ length: 129 }, (_, k) => k / 128);
  const page = usePage();
  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height */
  const draw = (context, width, height) =>
    drawGrid(
      context,
      { values, rows: 1, columns: 129, range: [0, 1], palette },
      [0, 0, width, height],
      page,
    );
  return html`<div class="color-scale">
    <span>${short(range[0])}</span>
    <${Canvas}
      draw=${draw}
      height=${10}
      label=${page.t("shell.scale.name", { label: label ?? "", low: short(range[0]), high: short(range[1]) })}
    />
    <span>${short(range[1])}</span>
  </div>`;
}
