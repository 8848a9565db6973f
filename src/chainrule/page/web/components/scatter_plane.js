// Points, paths and a heat map over a plane with two axes.
import { axis, inside } from "./axes.js";
import { Canvas } from "./canvas.js";
import { ARROWS, drawGrid } from "./heat_map.js";
import { html, useRef, useState } from "./html.js";
import { short } from "./numbers.js";
import { usePage } from "./page_context.js";
import { classColor, css, diverging } from "./palette.js";
import { usePointerDrag } from "./pointer_drag.js";

/**
 * @typedef {object} Points
 * @property {ArrayLike<number>} x
 * @property {ArrayLike<number>} y
 * @property {ArrayLike<number>} [value] the class, or the number in [−1, 1] where `classes` is 0
 * @property {number} [classes] 0 for numbers
 * @property {ArrayLike<number>} [hollow] 1 for points that are only looked at (validation)
 * @property {ArrayLike<number>} [marked] 1 for points with a ring (rows of the batch, wrong answers)
 * @property {number} [size] radius in pixels
 */

/**
 * @typedef {object} Path
 * @property {ArrayLike<number>} x
 * @property {ArrayLike<number>} y
 * @property {number} [length]
 * @property {string} color
 * @property {string} [name]
 * @property {boolean} [dashed]
 * @property {boolean} [end] a mark at the last point
 */

/**
 * @typedef {object} PlaneProps
 * @property {string} label
 * @property {[number, number]} x
 * @property {[number, number]} y
 * @property {string} [xLabel]
 * @property {string} [yLabel]
 * @property {() => { grid?: import("./heat_map.js").Grid | null, points?: Points | null,
 *   contours?: { level: number, lines: [number, number][][], strong?: boolean }[], paths?: Path[] }} content
 *   asked at each drawing; the grid covers the plane, its first row on top; lines in numbers of the plane
 * @property {any} [version]
 * @property {boolean} [running]
 * @property {number} [aspect]
 * @property {boolean} [axes]
 * @property {(x: number, y: number, how: { kind: "start" | "move" | "end", erase: boolean }) => void} [onDraw]
 *   by pointer (the right button erases), or arrows and Enter (Delete erases)
 * @property {(at: { x: number, y: number } | null) => void} [onHover] also while the keys move
 * @property {(x: number, y: number) => string} [describe] the live value at a place
 * @property {(context: CanvasRenderingContext2D, box: [number, number, number, number]) => void} [under]
 *   draws below the points
 * @property {() => any} [changed] as for Canvas
 * @property {(context: CanvasRenderingContext2D, atX: (x: number) => number, atY: (y: number) => number,
 *   roles: import("./canvas.js").Roles) => void} [over] draws more on top
 */

/** @param {PlaneProps} props */
export function ScatterPlane(props) {
  const { label, version, running, aspect = 1, axes = true, onDraw, onHover, describe } = props;
  const page = usePage();
  const [cursor, setCursor] = useState(/** @type {{ x: number, y: number } | null} */ (null));
  const scales = useRef(/** @type {{ x: any, y: any } | null} */ (null));

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height
   * @param {import("./canvas.js").Roles} colors */
  const draw = (context, width, height, colors) => {
    const margin = axes
      ? { left: 40 * colors.scale, right: 8, top: 8, bottom: 30 * colors.scale }
      : { left: 0, right: 0, top: 0, bottom: 0 };
    const box = /** @type {[number, number, number, number]} */ ([
      margin.left,
      margin.top,
      width - margin.left - margin.right,
      height - margin.top - margin.bottom,
    ]);
    const x = axis(props.x, [box[0], box[0] + box[2]], {
      count: Math.max(3, Math.floor(width / 80)),
    });
    const y = axis(props.y, [box[1] + box[3], box[1]], {
      count: Math.max(3, Math.floor(height / 80)),
    });
    scales.current = { x, y };
    const { grid, points, contours, paths } = props.content();
    context.save();
    context.beginPath();
    context.rect(...box);
    context.clip();
    if (grid) drawGrid(context, { strength: 0.7, ...grid }, box, page);
    props.under?.(context, box);
    for (const contour of contours ?? []) {
      context.strokeStyle = colors.ink;
      context.globalAlpha = contour.strong ? 0.85 : 0.3;
      context.lineWidth = contour.strong ? 1.5 : 1;
      context.beginPath();
      for (const line of contour.lines) {
        line.forEach(([px, py], k) =>
          k ? context.lineTo(x.at(px), y.at(py)) : context.moveTo(x.at(px), y.at(py)),
        );
      }
      context.stroke();
    }
    context.globalAlpha = 1;
    for (const path of paths ?? []) drawPath(context, path, x.at, y.at, colors);
    if (points) drawPoints(context, points, x.at, y.at, colors, page);
    props.over?.(context, x.at, y.at, colors);
    if (cursor) drawCursor(context, x.at(cursor.x), y.at(cursor.y), colors);
    context.restore();
    if (axes) drawFrame(context, width, box, x, y, colors, props);
  };

  /** @param {import("./pointer_drag.js").DragPoint} point */
  const at = ({ x, y }) => {
    if (!scales.current) return null;
    const px = scales.current.x.from(x);
    const py = scales.current.y.from(y);
    const inside = (/** @type {number} */ v, /** @type {[number, number]} */ r) =>
      v >= r[0] && v <= r[1];
    return inside(px, props.x) && inside(py, props.y) ? { x: px, y: py } : null;
  };
  /** @param {"start" | "move" | "end"} kind */
  const tell = (kind) => (/** @type {import("./pointer_drag.js").DragPoint} */ point) => {
    const place = at(point);
    const { button, buttons, shiftKey } = point.event;
    const erase = button === 2 || (buttons & 2) !== 0 || shiftKey;
    if (place) onDraw?.(place.x, place.y, { kind, erase });
    return Boolean(place);
  };
  const drag = usePointerDrag({
    start: onDraw ? tell("start") : undefined,
    move: onDraw ? tell("move") : undefined,
    end: onDraw ? tell("end") : undefined,
    hover: (point) => onHover?.(point && at(point)),
  });
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    const move = ARROWS[event.key];
    const here = cursor ?? { x: (props.x[0] + props.x[1]) / 2, y: (props.y[0] + props.y[1]) / 2 };
    if (move) {
      const part = event.shiftKey ? 0.1 : 0.02;
      const next = {
        x: clamp(here.x + move[1] * part * (props.x[1] - props.x[0]), props.x),
        y: clamp(here.y - move[0] * part * (props.y[1] - props.y[0]), props.y),
      };
      setCursor(next);
      onHover?.(next);
    } else if ((event.key === "Enter" || event.key === " ") && onDraw) {
      setCursor(here);
      onDraw(here.x, here.y, { kind: "start", erase: false });
      onDraw(here.x, here.y, { kind: "end", erase: false });
    } else if ((event.key === "Delete" || event.key === "Backspace") && onDraw) {
      onDraw(here.x, here.y, { kind: "start", erase: true });
      onDraw(here.x, here.y, { kind: "end", erase: true });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const live = cursor
    ? `(${short(cursor.x, 3)}, ${short(cursor.y, 3)}) ${describe?.(cursor.x, cursor.y) ?? ""}`
    : "";
  return html`<div class="plane">
    <${Canvas}
      draw=${draw}
      label=${`${label}. ${live}`}
      aspect=${aspect}
      version=${cursor ? `${version} ${cursor.x} ${cursor.y}` : version}
      running=${running}
      changed=${props.changed}
      focusable=${true}
      class=${onDraw ? "drags" : ""}
      handlers=${{
        ...drag,
        onKeyDown: keys,
        onBlur: () => {
          setCursor(null);
          onHover?.(null);
        },
        onContextMenu: onDraw ? (/** @type {Event} */ event) => event.preventDefault() : undefined,
      }}
    />
    <span class="only-heard" role="status">${live}</span>
  </div>`;
}

/** @param {number} value @param {[number, number]} range */
const clamp = (value, [low, high]) => Math.max(low, Math.min(high, value));

/** @param {CanvasRenderingContext2D} context @param {Points} points @param {(x: number) => number} atX
 * @param {(y: number) => number} atY @param {import("./canvas.js").Roles} colors
 * @param {import("./page_context.js").PageContext} page */
function drawPoints(context, points, atX, atY, colors, page) {
  const { x, y, value, classes = 2, hollow, marked, size = 3.5 } = points;
  const numbers = diverging(page.palette, page.dark);
  for (let k = 0; k < x.length; k += 1) {
    const [px, py] = [atX(x[k]), atY(y[k])];
    const kind = value ? value[k] : 0;
    const fill = classes ? classColor(kind, page.palette, page.dark, classes) : css(numbers(kind));
    shape(context, classes ? kind : 0, px, py, hollow?.[k] ? size - 0.5 : size);
    if (hollow?.[k]) {
      context.fillStyle = colors.paper;
      context.fill();
      context.lineWidth = 1.75;
      context.strokeStyle = fill;
      context.stroke();
    } else {
      context.fillStyle = fill;
      context.fill();
      context.lineWidth = 1;
      context.strokeStyle = colors.paper;
      context.stroke();
    }
    if (marked?.[k]) {
      context.beginPath();
      context.arc(px, py, size + 3, 0, 7);
      context.lineWidth = 1.5;
      context.strokeStyle = colors.ink;
      context.stroke();
    }
  }
}

/** The path of a class's mark: circle, square, triangle, diamond, then these again.
 * @param {CanvasRenderingContext2D} context @param {number} kind @param {number} x @param {number} y
 * @param {number} r */
export function shape(context, kind, x, y, r) {
  context.beginPath();
  const mark = kind % 4;
  if (mark === 1) context.rect(x - r * 0.9, y - r * 0.9, 1.8 * r, 1.8 * r);
  else if (mark === 2) {
    context.moveTo(x, y - 1.2 * r);
    context.lineTo(x + 1.1 * r, y + 0.8 * r);
    context.lineTo(x - 1.1 * r, y + 0.8 * r);
    context.closePath();
  } else if (mark === 3) {
    context.moveTo(x, y - 1.3 * r);
    context.lineTo(x + 1.3 * r, y);
    context.lineTo(x, y + 1.3 * r);
    context.lineTo(x - 1.3 * r, y);
    context.closePath();
  } else context.arc(x, y, r, 0, 7);
}

/** @param {CanvasRenderingContext2D} context @param {Path} path @param {(x: number) => number} atX
 * @param {(y: number) => number} atY @param {import("./canvas.js").Roles} colors */
function drawPath(context, path, atX, atY, colors) {
  const n = path.length ?? path.x.length;
  if (!n) return;
  const line = () => {
    context.beginPath();
    for (let k = 0; k < n; k += 1) {
      const [px, py] = [atX(path.x[k]), atY(path.y[k])];
      if (k) context.lineTo(px, py);
      else context.moveTo(px, py);
    }
    context.stroke();
  };
  context.lineJoin = "round";
  context.setLineDash([]);
  context.strokeStyle = colors.paper;
  context.lineWidth = 4;
  context.globalAlpha = 0.7;
  line();
  context.globalAlpha = 1;
  context.strokeStyle = path.color;
  context.lineWidth = 2;
  context.setLineDash(path.dashed ? [5, 4] : []);
  line();
  context.setLineDash([]);
  if (path.end === false) return;
  context.beginPath();
  context.arc(atX(path.x[n - 1]), atY(path.y[n - 1]), 5, 0, 7);
  context.fillStyle = path.color;
  context.fill();
  context.strokeStyle = colors.paper;
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y
 * @param {import("./canvas.js").Roles} colors */
function drawCursor(context, x, y, colors) {
  for (const [width, color] of /** @type {[number, string][]} */ ([
    [4, colors.paper],
    [1.75, colors.ink],
  ])) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(x - 9, y);
    context.lineTo(x - 3, y);
    context.moveTo(x + 3, y);
    context.lineTo(x + 9, y);
    context.moveTo(x, y - 9);
    context.lineTo(x, y - 3);
    context.moveTo(x, y + 3);
    context.lineTo(x, y + 9);
    context.stroke();
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} whole the width of the canvas
 * @param {[number, number, number, number]} box @param {import("./axes.js").Axis} x @param {import("./axes.js").Axis} y
 * @param {import("./canvas.js").Roles} colors @param {PlaneProps} props */
function drawFrame(context, whole, [left, top, width, height], x, y, colors, props) {
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
  context.font = `${12 * colors.scale}px ${colors.font}`;
  context.fillStyle = colors.quiet;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const { value, text } of x.ticks)
    context.fillText(text, inside(context, text, x.at(value), whole), top + height + 4);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const { value, text } of y.ticks) context.fillText(text, left - 5, y.at(value));
  context.fillStyle = colors.ink;
  context.textAlign = "center";
  context.textBaseline = "bottom";
  if (props.xLabel)
    context.fillText(props.xLabel, left + width / 2, top + height + 30 * colors.scale);
  context.textAlign = "left";
  if (props.yLabel) context.fillText(props.yLabel, 4, top + 14 * colors.scale);
}
