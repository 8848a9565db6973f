// Lines over steps: losses, learning rates, energies. Drawn to the pixel, also while data stream in.
import { axis, inside } from "./axes.js";
import { Canvas } from "./canvas.js";
import { html, useRef, useState } from "./html.js";
import { short } from "./numbers.js";
import { usePage } from "./page_context.js";
import { lineColor } from "./palette.js";

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {ArrayLike<number>} y
 * @property {ArrayLike<number>} [x] rising; without it 0, 1, 2, ... after `start`
 * @property {number} [start] the x of the first value
 * @property {number} [stride] the distance between two x
 * @property {number} [length] how many values count, where the array is longer
 * @property {string} [color] a color, else one of the chart's own
 * @property {boolean} [dashed]
 * @property {boolean} [faint] an overlaid branch that stands back
 * @property {boolean} [points] marks instead of a line
 */

/**
 * @typedef {object} LineChartProps
 * @property {string} label what is shown
 * @property {Series[] | (() => Series[])} series a function is asked at each drawing
 * @property {string} xLabel
 * @property {string} [yLabel]
 * @property {boolean} [log] the y axis is logarithmic; values ≤ 0 are left out
 * @property {[number, number]} [xRange]
 * @property {[number, number]} [yRange]
 * @property {number} [height] in pixels
 * @property {boolean} [running] data stream in: looked at once a frame
 * @property {any} [version]
 * @property {number | null} [marker] an x to mark with a line, such as the step that is shown
 * @property {(x: number) => void} [onPick] by click, or Enter at the crosshair
 * @property {boolean} [legend]
 */

/** The room of axes. @param {number} scale of letters */
const marginOf = (scale) => ({ left: 52 * scale, right: 10, top: 8, bottom: 34 * scale });

/** @param {Series} series */
const count = ({ y, length }) => Math.min(length ?? y.length, y.length);

/** @param {Series} series @param {number} k */
const xOf = ({ x, start = 0, stride = 1 }, k) => (x ? x[k] : start + stride * k);

/**
 * Return the smallest and largest x and y of all series; finite values only.
 *
 * @param {Series[]} all
 * @param {boolean} log
 */
export function extent(all, log) {
  const box = { x0: Infinity, x1: -Infinity, y0: Infinity, y1: -Infinity };
  for (const series of all) {
    const n = count(series);
    if (n) {
      box.x0 = Math.min(box.x0, xOf(series, 0));
      box.x1 = Math.max(box.x1, xOf(series, n - 1));
    }
    for (let k = 0; k < n; k += 1) {
      const value = series.y[k];
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      if (value < box.y0) box.y0 = value;
      if (value > box.y1) box.y1 = value;
    }
  }
  return box;
}

/**
 * Draw a line with at most four values a pixel: first, smallest, largest, last.
 *
 * @param {{ moveTo(x: number, y: number): void, lineTo(x: number, y: number): void }} path
 * @param {Series} series
 * @param {(x: number) => number} atX
 * @param {(y: number) => number} atY
 * @param {boolean} log
 */
export function trace(path, series, atX, atY, log) {
  const n = count(series);
  const shown = (/** @type {number} */ value) => Number.isFinite(value) && !(log && value <= 0);
  let down = false;
  let k = 0;
  while (k < n) {
    const column = Math.floor(atX(xOf(series, k)));
    let low = Infinity;
    let high = -Infinity;
    let first = NaN;
    let last = NaN;
    let firstX = 0;
    let broken = false;
    let many = 0;
    do {
      const value = series.y[k];
      if (shown(value)) {
        if (many === 0) {
          first = value;
          firstX = atX(xOf(series, k));
        }
        if (value < low) low = value;
        if (value > high) high = value;
        last = value;
        many += 1;
      } else broken = true;
      k += 1;
    } while (k < n && Math.floor(atX(xOf(series, k))) === column);
    if (many === 0) {
      down = false;
      continue;
    }
    if (down) path.lineTo(firstX, atY(first));
    else path.moveTo(firstX, atY(first));
    down = true;
    if (many > 1) {
      path.lineTo(firstX, atY(low));
      path.lineTo(firstX, atY(high));
      path.lineTo(firstX, atY(last));
    }
    if (broken) down = false;
  }
}

/** Return the index of the value whose x is nearest. @param {Series} series @param {number} x */
export function nearest(series, x) {
  let low = 0;
  let high = count(series) - 1;
  if (high < 0) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xOf(series, middle) <= x) low = middle;
    else high = middle;
  }
  return Math.abs(xOf(series, low) - x) <= Math.abs(xOf(series, high) - x) ? low : high;
}

/** @param {LineChartProps} props */
export function LineChart(props) {
  const {
    label,
    xLabel,
    yLabel,
    log = false,
    height = 220,
    running,
    version,
    marker,
    onPick,
  } = props;
  const page = usePage();
  const [cross, setCross] = useState(/** @type {number | null} */ (null));
  const scales = useRef(/** @type {{ x: any, y: any } | null} */ (null));
  const all = () => (typeof props.series === "function" ? props.series() : props.series);
  const color = (/** @type {Series} */ series, /** @type {number} */ k) =>
    series.color ?? lineColor(k, page.dark);

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} high
   * @param {import("./canvas.js").Roles} colors */
  const draw = (context, width, high, colors) => {
    const series = all();
    const margin = marginOf(colors.scale);
    const box = extent(series, log);
    const empty = !(box.x0 <= box.x1);
    const xs = props.xRange ?? (empty ? [0, 1] : [box.x0, box.x1 > box.x0 ? box.x1 : box.x0 + 1]);
    const ys = props.yRange ?? (box.y0 <= box.y1 ? [box.y0, box.y1] : log ? [0.1, 1] : [0, 1]);
    if (!props.yRange && !log && ys[0] > 0 && ys[0] < 0.4 * ys[1]) ys[0] = 0;
    const x = axis(/** @type {any} */ (xs), [margin.left, width - margin.right], {
      count: Math.max(2, Math.floor(width / 90 / colors.scale)),
      whole: series.every((one) => !one.x && Number.isInteger(one.stride ?? 1)),
    });
    const y = axis(/** @type {any} */ (ys), [high - margin.bottom, margin.top], {
      log,
      count: 5,
      nice: !props.yRange,
    });
    scales.current = { x, y };
    drawAxes(context, width, high, x, y, colors, xLabel, yLabel);
    context.save();
    context.beginPath();
    context.rect(margin.left, 0, width - margin.left - margin.right, high - margin.bottom + 1);
    context.clip();
    series.forEach((one, k) => {
      context.strokeStyle = color(one, k);
      context.fillStyle = color(one, k);
      context.globalAlpha = one.faint ? 0.45 : 1;
      context.lineWidth = one.faint ? 1.25 : 1.75;
      context.lineJoin = "round";
      context.setLineDash(one.dashed ? [5, 4] : []);
      if (one.points) drawPoints(context, one, x.at, y.at);
      else {
        context.beginPath();
        trace(context, one, x.at, y.at, log);
        context.stroke();
      }
    });
    context.restore();
    if (marker !== null && marker !== undefined)
      vertical(context, x.at(marker), high, margin, colors.accent, 1.5);
    if (cross !== null) {
      vertical(context, x.at(cross), high, margin, colors.quiet, 1);
      series.forEach((one, k) => {
        const at = nearest(one, cross);
        if (at < 0 || !Number.isFinite(one.y[at]) || (log && one.y[at] <= 0)) return;
        context.beginPath();
        context.arc(x.at(xOf(one, at)), y.at(one.y[at]), 3.5, 0, 7);
        context.fillStyle = color(one, k);
        context.fill();
      });
    }
  };

  /** @param {number} pixel */
  const pick = (pixel) => {
    const near = all()[0];
    if (!scales.current || !near) return null;
    const x = scales.current.x.from(pixel);
    const at = nearest(near, x);
    return at < 0 ? null : xOf(near, at);
  };
  /** @param {any} event */
  const place = (event) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const handlers = {
    onPointerMove: (/** @type {any} */ event) => setCross(pick(place(event))),
    onPointerLeave: () => setCross(null),
    onBlur: () => setCross(null),
    onClick: (/** @type {any} */ event) => {
      const x = pick(place(event));
      if (x !== null) onPick?.(x);
    },
    onKeyDown: (/** @type {KeyboardEvent} */ event) => {
      const first = all()[0];
      const n = first ? count(first) : 0;
      if (!n) return;
      const now = cross === null ? n - 1 : nearest(first, cross);
      const jump = Math.max(1, Math.round(n / 20));
      const to = /** @type {Record<string, number>} */ ({
        ArrowRight: cross === null ? n - 1 : now + 1,
        ArrowLeft: now - 1,
        PageUp: now + jump,
        PageDown: now - jump,
        Home: 0,
        End: n - 1,
      })[event.key];
      if (to !== undefined) setCross(xOf(first, Math.max(0, Math.min(n - 1, to))));
      else if (event.key === "Enter" && cross !== null) onPick?.(cross);
      else if (event.key === "Escape" && cross !== null) setCross(null);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  };

  const series = all();
  const words = series
    .map((one) => {
      const at = cross === null ? count(one) - 1 : nearest(one, cross);
      return at < 0 ? "" : `${one.name} ${short(one.y[at])}`;
    })
    .filter(Boolean)
    .join(", ");
  const where = cross === null ? "" : `${xLabel} ${short(cross, 6)}: `;
  return html`<figure class="chart">
    ${
      (props.legend ?? series.length > 1) &&
      html`<ul class="legend">
        ${series.map(
          (one, k) =>
            html`<li key=${one.name} class=${one.faint ? "faint" : ""}>
              <svg class="legend-mark" viewBox="0 0 22 8" aria-hidden="true">
                <line
                  x1="1"
                  x2="21"
                  y1="4"
                  y2="4"
                  stroke=${color(one, k)}
                  stroke-width="2.5"
                  stroke-dasharray=${one.dashed ? "5 3" : undefined}
                />
              </svg>
              ${one.name}
            </li>`,
        )}
      </ul>`
    }
    <${Canvas}
      draw=${draw}
      height=${height}
      label=${`${label}. ${where}${words}`}
      version=${`${version} ${cross} ${marker}`}
      running=${running}
      handlers=${handlers}
      focusable=${true}
      role="img"
    />
    <figcaption class="chart-values" aria-live=${cross === null ? "off" : "polite"}>
      ${cross === null ? "" : `${where}${words}`}
    </figcaption>
  </figure>`;
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} high
 * @param {ReturnType<typeof marginOf>} margin @param {string} color @param {number} width */
function vertical(context, x, high, margin, color, width) {
  context.beginPath();
  context.moveTo(x, margin.top);
  context.lineTo(x, high - margin.bottom);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {Series} series
 * @param {(x: number) => number} atX @param {(y: number) => number} atY */
function drawPoints(context, series, atX, atY) {
  for (let k = 0; k < count(series); k += 1) {
    if (!Number.isFinite(series.y[k])) continue;
    context.beginPath();
    context.arc(atX(xOf(series, k)), atY(series.y[k]), 2.5, 0, 7);
    context.fill();
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} width @param {number} high
 * @param {import("./axes.js").Axis} x @param {import("./axes.js").Axis} y
 * @param {import("./canvas.js").Roles} colors @param {string} xLabel @param {string} [yLabel] */
function drawAxes(context, width, high, x, y, colors, xLabel, yLabel) {
  const margin = marginOf(colors.scale);
  context.font = `${12 * colors.scale}px ${colors.font}`;
  context.lineWidth = 1;
  context.setLineDash([]);
  context.fillStyle = colors.quiet;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const { value, text } of y.ticks) {
    const at = Math.round(y.at(value)) + 0.5;
    if (at < margin.top - 1 || at > high - margin.bottom + 1) continue;
    context.strokeStyle = colors.grid;
    context.beginPath();
    context.moveTo(margin.left, at);
    context.lineTo(width - margin.right, at);
    context.stroke();
    context.fillText(text, margin.left - 6, at);
  }
  context.strokeStyle = colors.line;
  context.beginPath();
  context.moveTo(margin.left, high - margin.bottom + 0.5);
  context.lineTo(width - margin.right, high - margin.bottom + 0.5);
  context.stroke();
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const { value, text } of x.ticks) {
    const at = x.at(value);
    if (at < margin.left - 1 || at > width - margin.right + 1) continue;
    context.fillText(text, inside(context, text, at, width - 1), high - margin.bottom + 5);
  }
  context.fillText(xLabel, (margin.left + width - margin.right) / 2, high - 14 * colors.scale);
  if (yLabel) {
    context.save();
    context.translate(10 * colors.scale, (margin.top + high - margin.bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.textBaseline = "middle";
    context.fillText(yLabel, 0, 0);
    context.restore();
  }
}
