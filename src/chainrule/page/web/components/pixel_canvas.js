// A small picture to draw on, with mouse, finger, pen or keys.
import { Canvas } from "./canvas.js";
import { ARROWS, drawGrid } from "./heat_map.js";
import { html, useRef, useState } from "./html.js";
import { usePage } from "./page_context.js";
import { usePointerDrag } from "./pointer_drag.js";

/**
 * @typedef {object} PixelCanvasProps
 * @property {string} label
 * @property {ArrayLike<number>} values rows one after another, between `low` and `high`
 * @property {number} rows
 * @property {number} columns
 * @property {(values: Float32Array) => void} onChange called with a new array while drawing
 * @property {() => void} [onStart] a stroke begins
 * @property {() => void} [onEnd] a stroke ended
 * @property {number} [low] the number of an empty pixel
 * @property {number} [high] the number of a full one
 * @property {"pen" | "pixel"} [brush] a soft round pen, or one pixel that flips
 * @property {number} [size] the pen's radius in pixels of the picture
 * @property {boolean} [erase]
 * @property {boolean} [lines] lines between pixels
 * @property {ArrayLike<number>} [marked] 1 for pixels with a frame (clamped ones)
 * @property {string} [describe] what the picture is, for screen readers
 * @property {string} [class]
 */

/** @param {PixelCanvasProps} props */
export function PixelCanvas(props) {
  const { label, values, rows, columns, low = 0, high = 1, brush = "pen", size = 1.1 } = props;
  const page = usePage();
  const [cursor, setCursor] = useState(
    /** @type {{ row: number, column: number } | null} */ (null),
  );
  const stroke = useRef(
    /** @type {{ values: Float32Array, x: number, y: number, to: number, done: Set<number> } | null} */ (
      null
    ),
  );
  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height
   * @param {import("./canvas.js").Roles} colors */
  const draw = (context, width, height, colors) => {
    const palette = low < 0 ? "diverging" : "sequential";
    drawGrid(
      context,
      { values, rows, columns, range: [low, high], palette },
      [0, 0, width, height],
      page,
    );
    const [wide, tall] = [width / columns, height / rows];
    if (props.lines ?? wide > 7) {
      context.strokeStyle = colors.grid;
      context.lineWidth = 0.5;
      context.beginPath();
      for (let k = 1; k < columns; k += 1) {
        context.moveTo(k * wide, 0);
        context.lineTo(k * wide, height);
      }
      for (let k = 1; k < rows; k += 1) {
        context.moveTo(0, k * tall);
        context.lineTo(width, k * tall);
      }
      context.stroke();
    }
    for (let k = 0; props.marked && k < rows * columns; k += 1) {
      if (!props.marked[k]) continue;
      context.strokeStyle = colors.accent;
      context.lineWidth = 1.5;
      context.strokeRect(
        (k % columns) * wide + 1,
        Math.floor(k / columns) * tall + 1,
        wide - 2,
        tall - 2,
      );
    }
    if (cursor) {
      for (const [line, color] of /** @type {[number, string][]} */ ([
        [4, colors.paper],
        [2, colors.ink],
      ])) {
        context.strokeStyle = color;
        context.lineWidth = line;
        context.strokeRect(cursor.column * wide, cursor.row * tall, wide, tall);
      }
    }
  };

  /** @param {Float32Array} next @param {number} x @param {number} y @param {number} to
   * @param {Set<number>} done */
  const touch = (next, x, y, to, done) => {
    if (brush === "pixel") {
      const [row, column] = [Math.floor(y), Math.floor(x)];
      if (row < 0 || column < 0 || row >= rows || column >= columns) return;
      const k = row * columns + column;
      if (!done.has(k)) next[k] = to;
      done.add(k);
      return;
    }
    for (
      let row = Math.max(0, Math.floor(y - size - 1));
      row <= Math.min(rows - 1, y + size + 1);
      row += 1
    ) {
      for (
        let column = Math.max(0, Math.floor(x - size - 1));
        column <= Math.min(columns - 1, x + size + 1);
        column += 1
      ) {
        const far = Math.hypot(column + 0.5 - x, row + 0.5 - y);
        const ink = Math.max(0, Math.min(1, size + 0.5 - far));
        const k = row * columns + column;
        const full = low + (high - low) * ink;
        next[k] = to === low ? Math.min(next[k], low + high - full) : Math.max(next[k], full);
      }
    }
  };
  /** @param {import("./pointer_drag.js").DragPoint} point */
  const place = ({ x, y, width, height }) => [(x / width) * columns, (y / height) * rows];
  const drag = usePointerDrag({
    start: (point) => {
      const [x, y] = place(point);
      const next = Float32Array.from(values);
      const k = Math.floor(y) * columns + Math.floor(x);
      const erase = props.erase || point.event.button === 2 || point.event.shiftKey;
      const to = erase ? low : brush === "pixel" && next[k] > (low + high) / 2 ? low : high;
      stroke.current = { values: next, x, y, to, done: new Set() };
      setCursor(null);
      props.onStart?.();
      touch(next, x, y, to, stroke.current.done);
      props.onChange(Float32Array.from(next));
    },
    move: (point) => {
      const now = stroke.current;
      if (!now) return;
      const [x, y] = place(point);
      const parts = Math.max(1, Math.ceil(Math.hypot(x - now.x, y - now.y) * 2));
      for (let k = 1; k <= parts; k += 1) {
        const share = k / parts;
        touch(
          now.values,
          now.x + (x - now.x) * share,
          now.y + (y - now.y) * share,
          now.to,
          now.done,
        );
      }
      [now.x, now.y] = [x, y];
      props.onChange(Float32Array.from(now.values));
    },
    end: () => {
      stroke.current = null;
      props.onEnd?.();
    },
  });
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    const here = cursor ?? { row: rows >> 1, column: columns >> 1 };
    const move = ARROWS[event.key];
    const k = here.row * columns + here.column;
    const put = (/** @type {number} */ value) => {
      const next = Float32Array.from(values);
      next[k] = value;
      props.onStart?.();
      props.onChange(next);
      props.onEnd?.();
    };
    if (move) {
      setCursor({
        row: Math.max(0, Math.min(rows - 1, here.row + (cursor ? move[0] : 0))),
        column: Math.max(0, Math.min(columns - 1, here.column + (cursor ? move[1] : 0))),
      });
    } else if (event.key === " " || event.key === "Enter") {
      setCursor(here);
      put(values[k] > (low + high) / 2 ? low : high);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      setCursor(here);
      put(low);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const live = cursor
    ? page.t("shell.pixel.at", {
        row: cursor.row + 1,
        column: cursor.column + 1,
        state: page.t(
          values[cursor.row * columns + cursor.column] > (low + high) / 2
            ? "shell.pixel.full"
            : "shell.pixel.empty",
        ),
      })
    : "";
  return html`<div class=${`pixel-canvas ${props.class ?? ""}`}>
    <${Canvas}
      draw=${draw}
      label=${`${label}. ${props.describe ?? ""} ${page.t("shell.pixel.keys")} ${live}`}
      aspect=${columns / rows}
      version=${cursor && `${cursor.row} ${cursor.column}`}
      focusable=${true}
      class="drags"
      handlers=${{
        ...drag,
        onKeyDown: keys,
        onBlur: () => setCursor(null),
        onContextMenu: (/** @type {Event} */ event) => event.preventDefault(),
      }}
    />
    <span class="only-heard" role="status">${live}</span>
  </div>`;
}
