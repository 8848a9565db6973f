// The answers as a surface over the plane: turned by dragging or by the arrow keys.
import { Canvas } from "../../components/canvas.js";
import { html, useState } from "../../components/html.js";
import { short } from "../../components/numbers.js";
import { usePage } from "../../components/page_context.js";
import { classColor, css, diverging } from "../../components/palette.js";
import { usePointerDrag } from "../../components/pointer_drag.js";
import { answerOf } from "./network.js";

/** @typedef {import("./trainer.js").Trainer} Trainer */

const CELLS = 28;

/**
 * Turn a point of the unit cube about the upright axis, tilt it, and put it on the screen.
 *
 * @param {number} x from −1 to 1
 * @param {number} y from −1 to 1
 * @param {number} z from −1 to 1, upwards
 * @param {number} turn radians
 * @param {number} tilt radians; 0 looks along the plane, ½π from above
 */
export function project(x, y, z, turn, tilt) {
  const a = x * Math.cos(turn) - y * Math.sin(turn);
  const b = x * Math.sin(turn) + y * Math.cos(turn);
  const depth = b * Math.cos(tilt) - z * Math.sin(tilt);
  const zoom = 1 / (1 + 0.12 * depth);
  return {
    x: a * zoom,
    y: (b * Math.sin(tilt) + z * Math.cos(tilt)) * zoom,
    depth,
  };
}

/** The height at a cell: the score of the picture, from −1 to 1. @param {any} plan @param {any} look @param {number} place */
function heightAt(plan, look, place) {
  const { values } = look.output;
  if (!plan.rows.classes)
    return Math.max(-1.3, Math.min(1.3, values[place * plan.outputs] / plan.scale));
  if (plan.outputs === 1) {
    return Math.max(-1.3, Math.min(1.3, answerOf(plan.coding, values, place, 1).score));
  }
  return 2 * answerOf(plan.coding, values, place, plan.outputs).sure - 1;
}

/** @param {{ trainer: Trainer, state: import("./state.js").State }} props */
export function Surface({ trainer, state }) {
  const page = usePage();
  const { t } = page;
  const [view, setView] = useState({ turn: 0.6, tilt: 0.6 });
  const [from, setFrom] = useState(/** @type {any} */ (null));
  /** @param {number} turn @param {number} tilt */
  const look = (turn, tilt) => setView({ turn, tilt: Math.max(0.1, Math.min(1.5, tilt)) });

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height
   * @param {import("../../components/canvas.js").Roles} colors */
  const draw = (context, width, height, colors) => {
    const { plan, look: seen } = trainer;
    if (!plan || !seen) return;
    const scale = Math.min(width, height) * 0.29;
    const middle = [width / 2, height * 0.5];
    /** @param {number} x @param {number} y @param {number} z */
    const at = (x, y, z) => {
      const point = project(x, y, z, view.turn, view.tilt);
      return { x: middle[0] + scale * point.x, y: middle[1] - scale * point.y, depth: point.depth };
    };
    drawFloor(context, at, colors);
    drawSheet(context, at, plan, seen, page);
    drawDots(context, at, plan, state, page, colors);
    drawNames(context, at, plan, state, colors);
  };
  const drag = usePointerDrag({
    start: ({ x, y }) => setFrom({ x, y, ...view }),
    move: ({ x, y }) =>
      from && look(from.turn + (x - from.x) / 120, from.tilt + (y - from.y) / 160),
    end: () => setFrom(null),
  });
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    const moves = /** @type {Record<string, [number, number]>} */ ({
      ArrowLeft: [-0.12, 0],
      ArrowRight: [0.12, 0],
      ArrowUp: [0, -0.1],
      ArrowDown: [0, 0.1],
    });
    const move = moves[event.key];
    if (!move) return;
    look(view.turn + move[0], view.tilt + move[1]);
    event.preventDefault();
    event.stopPropagation();
  };
  const degrees = (/** @type {number} */ v) => Math.round((v * 180) / Math.PI);
  return html`<${Canvas}
      draw=${draw}
      label=${t("playground.surface.label", { turn: degrees(view.turn), tilt: degrees(view.tilt) })}
      aspect=${1}
      version=${`${trainer.version} ${view.turn} ${view.tilt}`}
      running=${true}
      changed=${() => trainer.version}
      focusable=${true}
      class="drags surface"
      handlers=${{ ...drag, onKeyDown: keys }}
    />
    <p class="quiet-words">${t("playground.surface.how")}</p>`;
}

/** @param {CanvasRenderingContext2D} context @param {any} at @param {any} colors */
function drawFloor(context, at, colors) {
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  for (const z of [-1, 0, 1]) {
    context.globalAlpha = z === 0 ? 1 : 0.5;
    context.beginPath();
    [[-1, -1], [1, -1], [1, 1], [-1, 1]].forEach(([x, y], k) => {
      const point = at(x, y, z);
      if (k) context.lineTo(point.x, point.y);
      else context.moveTo(point.x, point.y);
    }); // prettier-ignore
    context.closePath();
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {any} at @param {any} plan @param {any} look @param {any} page */
function drawSheet(context, at, plan, look, page) {
  const { size } = look.output;
  const numbers = diverging(page.palette, page.dark);
  const many = plan.rows.classes > 2;
  const points = [];
  for (let i = 0; i <= CELLS; i++) {
    for (let j = 0; j <= CELLS; j++) {
      const row = Math.min(size - 1, Math.round((i / CELLS) * (size - 1)));
      const column = Math.min(size - 1, Math.round((j / CELLS) * (size - 1)));
      const z = heightAt(plan, look, row * size + column);
      points.push({
        ...at((2 * j) / CELLS - 1, 1 - (2 * i) / CELLS, z),
        z,
        place: row * size + column,
      });
    }
  }
  const faces = [];
  for (let i = 0; i < CELLS; i++) {
    for (let j = 0; j < CELLS; j++) {
      const k = i * (CELLS + 1) + j;
      const corners = [points[k], points[k + 1], points[k + CELLS + 2], points[k + CELLS + 1]];
      faces.push({ corners, depth: corners.reduce((sum, { depth }) => sum + depth, 0) });
    }
  }
  faces.sort((a, b) => b.depth - a.depth);
  context.lineWidth = 0.5;
  for (const { corners } of faces) {
    const z = corners.reduce((sum, corner) => sum + corner.z, 0) / 4;
    if (many) {
      const { k } = answerOf(plan.coding, look.output.values, corners[0].place, plan.outputs);
      context.fillStyle = classColor(k, page.palette, page.dark, plan.rows.classes);
      context.globalAlpha = 0.35 + 0.25 * (z + 1);
    } else context.fillStyle = css(numbers(z));
    context.beginPath();
    corners.forEach(({ x, y }, k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.fill();
    context.globalAlpha = 0.35;
    context.strokeStyle = page.dark ? "#000" : "#555";
    context.stroke();
    context.globalAlpha = 1;
  }
}

/** The training points: numbers at their height, classes on the floor. @param {CanvasRenderingContext2D} context @param {any} at
 * @param {any} plan @param {any} state @param {any} page @param {any} colors */
function drawDots(context, at, plan, state, page, colors) {
  const { rows } = plan;
  const plane = plan.planeOf(state.view.axes);
  const [a, b] = plane.axes;
  const numbers = diverging(page.palette, page.dark);
  const share = (/** @type {number} */ v, /** @type {number[]} */ r) =>
    (2 * (v - r[0])) / (r[1] - r[0]) - 1;
  for (const i of rows.train.slice(0, 400)) {
    const y = a === b ? 0 : share(rows.columns[b][i], plane.y);
    const z = rows.classes ? -1 : rows.y[i] / plan.scale;
    const point = at(share(rows.columns[a][i], plane.x), y, z);
    context.fillStyle = rows.classes
      ? classColor(rows.y[i], page.palette, page.dark, rows.classes)
      : css(numbers(z));
    context.strokeStyle = colors.ink;
    context.globalAlpha = 0.8;
    context.lineWidth = 0.5;
    context.beginPath();
    context.arc(point.x, point.y, 2, 0, 7);
    context.fill();
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {any} at @param {any} plan @param {any} state @param {any} colors */
function drawNames(context, at, plan, state, colors) {
  const plane = plan.planeOf(state.view.axes);
  const [a, b] = plane.axes;
  context.font = `${12 * colors.scale}px ${colors.font}`;
  context.fillStyle = colors.ink;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const x = at(0, -1.2, -1);
  const y = at(1.2, 0, -1);
  context.fillText(plan.rows.names[a], x.x, x.y);
  if (a !== b) context.fillText(plan.rows.names[b], y.x, y.y);
  const top = at(-1, 1, 1);
  const bottom = at(-1, 1, -1);
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(top.x, top.y);
  context.lineTo(bottom.x, bottom.y);
  context.stroke();
  const left = Math.min(top.x, bottom.x) < 40;
  context.textAlign = left ? "left" : "right";
  const aside = left ? 4 : -4;
  const most = plan.rows.classes ? 1 : plan.scale;
  if (plan.outputs === 1 || !plan.rows.classes) {
    context.fillText(plan.coding === "truth" ? "1" : short(most, 2), top.x + aside, top.y);
    context.fillText(plan.coding === "truth" ? "0" : short(-most, 2), bottom.x + aside, bottom.y);
  }
}
