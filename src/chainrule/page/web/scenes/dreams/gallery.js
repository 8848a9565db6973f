// Many small pictures on one canvas, in rows and columns; each can be asked.
import { Canvas } from "../../components/canvas.js";
import { ARROWS, drawGrid } from "../../components/heat_map.js";
import { html } from "../../components/html.js";
import { usePage } from "../../components/page_context.js";

/**
 * @param {{ label: string, values: ArrayLike<number>, count: number, columns: number, side: number,
 *   range: (k: number) => [number, number], palette: "diverging" | "sequential", version: any,
 *   selected?: number | null, onSelect?: (k: number) => void }} props
 *   `values` has the pictures one after another, each side × side
 */
export function Gallery({ label, values, count, columns, side, range, palette, version, ...rest }) {
  const page = usePage();
  const rows = Math.ceil(count / columns);
  const each = side * side;
  const { selected, onSelect } = rest;
  /** @param {CanvasRenderingContext2D} g @param {number} w @param {number} h @param {any} colors */
  const draw = (g, w, h, colors) => {
    const cell = w / columns;
    const gap = Math.max(1.5, cell * 0.06);
    for (let k = 0; k < count; k++) {
      const grid = {
        values: /** @type {any} */ (values).subarray(k * each, (k + 1) * each),
        ...{ rows: side, columns: side, range: range(k), palette },
      };
      const [x, y] = [(k % columns) * cell, Math.floor(k / columns) * (h / rows)];
      drawGrid(g, grid, [x + gap, y + gap, cell - 2 * gap, h / rows - 2 * gap], page);
      g.lineWidth = k === selected ? 2.5 : 1;
      g.strokeStyle = k === selected ? colors.accent : colors.line;
      g.strokeRect(x + gap, y + gap, cell - 2 * gap, h / rows - 2 * gap);
    }
  };
  /** @type {Record<string, any>} */
  const handlers = onSelect
    ? {
        onClick: (/** @type {any} */ event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
          const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
          if (row * columns + column < count) onSelect(row * columns + column);
        },
        onKeyDown: (/** @type {KeyboardEvent} */ event) => {
          const move = ARROWS[event.key];
          if (!move) return;
          event.preventDefault();
          event.stopPropagation();
          const to = (selected ?? 0) + move[0] * columns + move[1];
          if (to >= 0 && to < count) onSelect(to);
        },
      }
    : {};
  return html`<${Canvas}
    draw=${draw}
    label=${label}
    aspect=${columns / rows}
    version=${version}
    handlers=${handlers}
    focusable=${Boolean(onSelect)}
    class="gallery"
  />`;
}
