// The map: contours of f, the start, and the path of every racer up to the step that is shown.
import { html, useMemo } from "../../components/html.js";
import { short } from "../../components/numbers.js";
import { usePage } from "../../components/page_context.js";
import { css, mix, rgb, sequential } from "../../components/palette.js";
import { usePointerDrag } from "../../components/pointer_drag.js";
import d3 from "../../vendor/d3.js";
import { gridOf, levelsOf } from "./surfaces.js";

const WIDTH = 640;
const HEIGHT = 460;
const GRID = 96;

/** @param {import("./surfaces.js").Surface} surface */
function frameOf({ view: [x0, x1, y0, y1] }) {
  const height = HEIGHT;
  return {
    height,
    px: (/** @type {number} */ x) => ((x - x0) / (x1 - x0)) * WIDTH,
    py: (/** @type {number} */ y) => (1 - (y - y0) / (y1 - y0)) * height,
    x: (/** @type {number} */ share) => x0 + share * (x1 - x0),
    y: (/** @type {number} */ share) => y1 - share * (y1 - y0),
  };
}

/** The rings of one contour as an SVG path; grid coordinates become pixels.
 * @param {number[][][][]} coordinates @param {number} rows @param {number} height */
const outline = (coordinates, rows, height) =>
  coordinates
    .flat()
    .map(
      (ring) =>
        `M${ring
          .map(
            ([a, b]) =>
              `${((a / GRID) * WIDTH).toFixed(1)},${((1 - b / rows) * height).toFixed(1)}`,
          )
          .join("L")}Z`,
    )
    .join("");

/** @param {{ surface: import("./surfaces.js").Surface }} props */
function Contours({ surface }) {
  const { dark, palette } = usePage();
  const bands = useMemo(() => {
    const { height } = frameOf(surface);
    const rows = Math.round((GRID * height) / WIDTH);
    const values = gridOf(surface, GRID, rows);
    const finite = values.map((v) => (Number.isFinite(v) ? v : NaN));
    const levels = levelsOf(finite.slice(), 14);
    const contours = d3.contours().size([GRID, rows]).smooth(true);
    return levels.map((level) =>
      outline(contours.contour(finite, level).coordinates, rows, height),
    );
  }, [surface]);
  const color = sequential(palette, dark);
  const paper = rgb(dark ? "#14161a" : "#ffffff");
  // low ground is full of color, high ground pale: the eye falls into the valley
  const fill = (/** @type {number} */ k) =>
    css(mix(color(0.62), paper, Math.min(1, (k + 1) / bands.length) ** 0.7));
  return html`<rect width="100%" height="100%" fill=${css(color(0.62))} />
    ${bands.map((d, k) => html`<path key=${k} d=${d} fill=${fill(k)} class="contour" />`)}`;
}

/** Points of a path up to a step, without those that fall on the pixel before.
 * @param {import("./race.js").Path} path @param {number} at
 * @param {ReturnType<typeof frameOf>} frame */
function line({ x, y }, at, { px, py }) {
  const parts = [];
  let before = "";
  for (let k = 0; k <= at && k < x.length; k++) {
    const point = `${clip(px(x[k]))},${clip(py(y[k]))}`;
    if (point !== before) parts.push(point);
    before = point;
  }
  return parts.length > 1 ? `M${parts.join("L")}` : "";
}

/** @param {number} v */
const clip = (v) => Math.max(-2000, Math.min(3000, v)).toFixed(1);

/**
 * @param {{ surface: import("./surfaces.js").Surface, start: [number, number],
 *   paths: import("./race.js").Path[], names: string[], colors: string[], at: number,
 *   chosen: number, label: string, onStart: (point: [number, number]) => void }} props
 */
export function RaceMap({ surface, start, paths, names, colors, at, chosen, label, onStart }) {
  const frame = useMemo(() => frameOf(surface), [surface]);
  const [x0, x1, y0, y1] = surface.view;
  const round = (/** @type {number} */ v, /** @type {number} */ span) =>
    Number(v.toFixed(Math.max(0, 3 - Math.floor(Math.log10(span)))));
  const put = (/** @type {number} */ x, /** @type {number} */ y) =>
    onStart([
      round(Math.max(x0, Math.min(x1, x)), x1 - x0),
      round(Math.max(y0, Math.min(y1, y)), y1 - y0),
    ]);
  const place = (/** @type {import("../../components/pointer_drag.js").DragPoint} */ p) =>
    put(frame.x(p.x / p.width), frame.y(p.y / p.height));
  const drag = usePointerDrag({ start: place, move: place });
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const step = /** @type {Record<string, [number, number]>} */ ({
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    })[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const far = event.shiftKey ? 0.1 : 0.02;
    put(start[0] + step[0] * far * (x1 - x0), start[1] + step[1] * far * (y1 - y0));
  };
  const [sx, sy] = [frame.px(start[0]), frame.py(start[1])];
  const background = useMemo(() => html`<${Contours} surface=${surface} />`, [surface]);
  return html`<svg
    class="race-map drags"
    viewBox=${`0 0 ${WIDTH} ${frame.height}`}
    role="img"
    tabindex="0"
    aria-label=${label}
    onKeyDown=${keys}
    ...${drag}
  >
    ${background}
    ${surface.minima.map(
      ([x, y]) =>
        html`<path
          key=${`${x} ${y}`}
          class="goal"
          d="M-7,0H7M0,-7V7M-5,-5L5,5M-5,5L5,-5"
          transform=${`translate(${frame.px(x)},${frame.py(y)})`}
        />`,
    )}
    ${paths.map(
      (path, k) =>
        html`<path key=${`halo${k}`} class="trail-halo" d=${line(path, at, frame)} />
          <path
            key=${`trail${k}`}
            class=${`trail ${k === chosen ? "chosen" : ""}`}
            d=${line(path, at, frame)}
            stroke=${colors[k]}
          />`,
    )}
    <circle class="start" cx=${sx} cy=${sy} r="6" />
    ${paths.map((path, k) => {
      const last = Math.min(at, path.x.length - 1);
      const [x, y] = [frame.px(path.x[last]), frame.py(path.y[last])];
      if (!(x > -20 && x < WIDTH + 20 && y > -20 && y < frame.height + 20)) return null;
      return html`<g key=${`tip${k}`} class="tip" transform=${`translate(${x},${y})`}>
        <circle r="9" fill=${colors[k]} />
        <text>${names[k]}</text>
      </g>`;
    })}
    <g class="ticks" aria-hidden="true">
      <text x="6" y=${frame.height - 6}>${short(x0)}, ${short(y0)}</text>
      <text x=${WIDTH - 6} y="16" text-anchor="end">${short(x1)}, ${short(y1)}</text>
    </g>
  </svg>`;
}
