// A sheet to draw on with mouse, finger, pen or keys.
import { Canvas } from "../../components/canvas.js";
import { html, useMemo, useRef, useState } from "../../components/html.js";
import { usePage } from "../../components/page_context.js";
import { addLine, drawn, PENS, SHEET, simplified } from "../../data/strokes.js";

/** @typedef {[number, number]} Point */

/**
 * @param {{ strokes: Point[][], pen: keyof typeof PENS, label: string, keys: string,
 *   say: (x: number, y: number, down: boolean) => string,
 *   onStroke: (stroke: Point[]) => void, onUndo: () => void, onClear: () => void,
 *   onInk: (ink: Float64Array | null) => void }} props
 *   `onInk` is called with the ink while a stroke is being drawn, and with null when it ends
 */
export function Drawing({ strokes, pen, label, keys, say, onStroke, onUndo, onClear, onInk }) {
  const page = usePage();
  const saved = useMemo(() => drawn(strokes, PENS[pen]).values, [strokes, pen]);
  const live = useRef(/** @type {{ ink: Float64Array, points: Point[] } | null} */ (null));
  const [version, change] = useState(0);
  const [cursor, setCursor] = useState(/** @type {Point | null} */ (null));
  const element = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const redraw = () => change((n) => n + 1);

  // what lies below the next stroke, also before the state has come back with the last one
  const base = useRef(saved);
  base.current = saved;

  const begin = (/** @type {Point} */ point) => {
    live.current = { ink: base.current.slice(), points: [point] };
    addLine(live.current.ink, point, point, PENS[pen]);
    onInk(live.current.ink);
    redraw();
  };
  const extend = (/** @type {Point} */ point) => {
    const now = live.current;
    if (!now) return;
    const before = now.points[now.points.length - 1];
    if (Math.hypot(point[0] - before[0], point[1] - before[1]) < 0.7) return;
    addLine(now.ink, before, point, PENS[pen]);
    now.points.push(point);
    onInk(now.ink);
    redraw();
  };
  const end = () => {
    const now = live.current;
    if (!now) return;
    live.current = null;
    base.current = now.ink;
    onInk(null);
    onStroke(simplified(now.points));
    redraw();
  };

  const stop = () => {
    live.current = null;
    onInk(null);
    redraw();
  };

  /** @param {any} event @returns {Point} */
  const place = (event) => {
    const box = /** @type {HTMLElement} */ (element.current).getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * SHEET,
      ((event.clientY - box.top) / box.height) * SHEET,
    ];
  };
  const handlers = {
    onPointerDown: (/** @type {PointerEvent} */ event) => {
      if (event.button > 0) return;
      event.preventDefault();
      element.current?.focus();
      element.current?.setPointerCapture(event.pointerId);
      setCursor(null);
      begin(place(event));
    },
    onPointerMove: (/** @type {PointerEvent} */ event) => {
      if (!live.current || cursor) return;
      const all = event.getCoalescedEvents?.() ?? [];
      for (const one of all.length ? all : [event]) extend(place(one));
    },
    onPointerUp: end,
    onPointerCancel: end,
    onBlur: () => {
      if (cursor && live.current) end();
      setCursor(null);
    },
    onKeyDown: (/** @type {KeyboardEvent} */ event) => {
      const far = event.shiftKey ? 16 : 4;
      const move = /** @type {Record<string, Point>} */ ({
        ArrowUp: [0, -far],
        ArrowDown: [0, far],
        ArrowLeft: [-far, 0],
        ArrowRight: [far, 0],
      })[event.key];
      const here = cursor ?? [SHEET / 2, SHEET / 2];
      if (move) {
        /** @type {Point} */
        const to = cursor
          ? [
              Math.min(SHEET - 1, Math.max(0, here[0] + move[0])),
              Math.min(SHEET - 1, Math.max(0, here[1] + move[1])),
            ]
          : /** @type {Point} */ (here);
        setCursor(to);
        if (live.current) extend(to);
      } else if (event.key === " " || event.key === "Enter") {
        setCursor(/** @type {Point} */ (here));
        if (live.current) end();
        else begin(/** @type {Point} */ (here));
      } else if (event.key === "Escape" && live.current) stop();
      else if (
        event.key === "Backspace" ||
        (event.key === "z" && (event.ctrlKey || event.metaKey))
      ) {
        if (live.current) stop();
        else onUndo();
      } else if (event.key === "Delete") {
        stop();
        onClear();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    },
  };

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height
   * @param {import("../../components/canvas.js").Roles} colors */
  const draw = (context, width, height, colors) => {
    const ink = live.current?.ink ?? saved;
    paint(context, ink, width, height, page.dark);
    if (!strokes.length && !live.current) {
      context.fillStyle = colors.quiet;
      context.font = `16px ${colors.font}`;
      context.textAlign = "center";
      context.fillText(label, width / 2, height / 2);
    }
    if (cursor) {
      const [x, y] = [(cursor[0] / SHEET) * width, (cursor[1] / SHEET) * height];
      for (const [line, color] of /** @type {[number, string][]} */ ([
        [4, colors.paper],
        [2, live.current ? colors.bad : colors.accent],
      ])) {
        context.strokeStyle = color;
        context.lineWidth = line;
        context.beginPath();
        context.arc(x, y, 9, 0, 7);
        context.moveTo(x - 14, y);
        context.lineTo(x + 14, y);
        context.moveTo(x, y - 14);
        context.lineTo(x, y + 14);
        context.stroke();
      }
    }
  };
  const where = cursor
    ? say(Math.round(cursor[0]), Math.round(cursor[1]), Boolean(live.current))
    : "";
  return html`<div class="drawing">
    <${Canvas}
      draw=${draw}
      label=${`${label}. ${keys} ${where}`}
      aspect=${1}
      version=${`${version} ${cursor} ${pen} ${strokes.length} ${page.dark}`}
      focusable=${true}
      role="img"
      class="drags drawing-sheet"
      handlers=${handlers}
      elementRef=${element}
    />
    <span class="only-heard" role="status">${where}</span>
  </div>`;
}

/** @type {HTMLCanvasElement | null} */
let sheet = null;
/** @type {ImageData | null} */
let picture = null;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Float64Array} ink
 * @param {number} width
 * @param {number} height
 * @param {boolean} dark
 */
function paint(context, ink, width, height, dark) {
  if (!sheet || !picture) {
    sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = [SHEET, SHEET];
    picture = new ImageData(SHEET, SHEET);
  }
  const pixels = new Uint32Array(picture.data.buffer);
  const shade = dark ? 0xececec : 0x191919;
  for (let k = 0; k < ink.length; k++) pixels[k] = ((255 * ink[k]) << 24) | shade;
  /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d")).putImageData(picture, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(sheet, 0, 0, width, height);
}
