// What the network answers over the plane, with the points.
import { html, useMemo, useRef, useState } from "../../components/html.js";
import { ColorScale } from "../../components/heat_map.js";
import { short } from "../../components/numbers.js";
import { usePage } from "../../components/page_context.js";
import { classColor, pixel, rgb } from "../../components/palette.js";
import { Panel } from "../../components/panel.js";
import { ScatterPlane } from "../../components/scatter_plane.js";
import { Tabs } from "../../components/tabs.js";
import { Toggle } from "../../components/toggle.js";
import { answerOf } from "./network.js";
import { columnsOf, taskOf } from "./state.js";
import { Surface } from "./surface.js";

/** @typedef {import("./trainer.js").Trainer} Trainer */
/** @typedef {import("./state.js").State} State */

const DECIDED = 0.75; // how strong the color of a decision is

/**
 * The scores of a picture with one color scale: −1 to 1 for two classes, the numbers themselves.
 *
 * @param {Trainer} trainer
 * @param {boolean} discretize
 */
export function scores(trainer, discretize) {
  const { plan, look } = trainer;
  if (!plan || !look) return null;
  const { values } = look.output;
  const n = look.output.size ** 2;
  const out = new Float32Array(n);
  const classes = plan.rows.classes;
  for (let i = 0; i < n; i++) {
    if (!classes) out[i] = values[i * plan.outputs];
    else {
      const { score } = answerOf(plan.coding, values, i, plan.outputs);
      out[i] = discretize ? (score > 0 ? DECIDED : -DECIDED) : score;
    }
  }
  if (!classes && discretize) {
    const step = plan.scale / 5;
    for (let i = 0; i < n; i++) out[i] = Math.round(out[i] / step) * step;
  }
  return out;
}

/** The largest target, for the color scale of numbers. @param {any} plan */
export const rangeOfTargets = (plan) =>
  /** @type {[number, number]} */ (plan.rows.classes ? [-1, 1] : [-plan.scale, plan.scale]);

/** @type {HTMLCanvasElement | null} */
let sheet = null;

/**
 * Draw the answers of three and more classes: the color of the class, paler where it is less sure.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number, number, number]} box
 * @param {Trainer} trainer
 * @param {any} page
 * @param {boolean} discretize
 */
function drawClasses(context, [left, top, width, height], trainer, page, discretize) {
  const { plan, look } = trainer;
  if (!plan || !look) return;
  const { size, values } = look.output;
  const K = plan.rows.classes;
  const colors = Array.from({ length: K }, (_, k) => {
    const color = classColor(k, page.palette, page.dark, K);
    return color.startsWith("#") ? rgb(color) : [128, 128, 128];
  });
  const paper = page.dark ? [32, 36, 44] : [247, 247, 247];
  // 17 shades for each class
  const table = colors.map((color) =>
    Array.from({ length: 17 }, (_, s) =>
      pixel(
        /** @type {any} */ (
          color.map((c, j) => paper[j] + (c - paper[j]) * (0.1 + (0.7 * s) / 16))
        ),
      ),
    ),
  );
  const picture = new ImageData(size, size);
  const pixels = new Uint32Array(picture.data.buffer);
  for (let i = 0; i < size * size; i++) {
    const { k, sure } = answerOf(plan.coding, values, i, plan.outputs);
    pixels[i] = table[k][discretize ? 13 : Math.round(16 * (Number.isFinite(sure) ? sure : 0))];
  }
  sheet ??= document.createElement("canvas");
  if (sheet.width !== size) sheet.width = sheet.height = size;
  /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d")).putImageData(picture, 0, 0);
  context.imageSmoothingEnabled = !discretize;
  context.drawImage(sheet, 0, 0, size, size, left, top, width, height);
}

/** @param {{ trainer: Trainer, state: State, dispatch: (action: any) => void }} props */
export function OutputView({ trainer, state, dispatch }) {
  const { t } = usePage();
  const { view } = state;
  return html`<${Panel}
    title=${t("playground.answers")}
    help=${{ text: t("playground.answers.help") }}
    class="answers"
  >
    <${Tabs}
      label=${t("playground.answers.view")}
      value=${view.surface ? "surface" : "plane"}
      onChange=${(/** @type {string} */ id) =>
        dispatch({ type: "view", changes: { surface: id === "surface" } })}
      tabs=${[
        {
          id: "plane",
          title: t("playground.plane"),
          content: () => html`<${Plane} trainer=${trainer} state=${state} dispatch=${dispatch} />`,
        },
        {
          id: "surface",
          title: t("playground.surface"),
          content: () => html`<${Surface} trainer=${trainer} state=${state} />`,
        },
      ]}
    />
    <div class="row">
      <${Toggle}
        label=${t(taskOf(state.data) === "classes" ? "playground.discretize" : "playground.bands")}
        value=${view.discretize}
        help=${{ text: t("playground.discretize.help") }}
        onChange=${(/** @type {boolean} */ discretize) => dispatch({ type: "view", changes: { discretize } })}
      />
      <${Toggle}
        label=${t("playground.show_test")}
        value=${view.test}
        help=${{ text: t("playground.show_test.help") }}
        onChange=${(/** @type {boolean} */ test) => dispatch({ type: "view", changes: { test } })}
      />
    </div>
  <//>`;
}

/** Points for the plane: training rows full, test rows hollow. @param {Trainer} trainer @param {State} state */
function pointsOf(trainer, state) {
  const { plan } = trainer;
  if (!plan) return looseOf(state);
  const { rows } = plan;
  const [a, b] = plan.planeOf(state.view.axes).axes;
  const which = state.view.test ? [...rows.train, ...rows.test] : [...rows.train];
  const scale = plan.scale;
  return {
    x: which.map((i) => rows.columns[a][i]),
    y: which.map((i) => (a === b ? 0 : rows.columns[b][i])),
    value: which.map((i) => (rows.classes ? rows.y[i] : rows.y[i] / scale)),
    classes: rows.classes,
    hollow: which.map((_, k) => Number(k >= rows.train.length)),
  };
}

/** Points that are too few to train. @param {State} state */
function looseOf({ data }) {
  if (data.set !== "given" || data.given.names.length !== 2) return null;
  const { x, y } = data.given;
  const classes = taskOf(data) === "classes" ? Math.max(2, ...y.map((k) => k + 1)) : 0;
  return {
    x: x.filter((_, i) => i % 2 === 0),
    y: x.filter((_, i) => i % 2 === 1),
    value: y,
    classes,
  };
}

/** @param {{ trainer: Trainer, state: State, dispatch: (action: any) => void }} props */
function Plane({ trainer, state, dispatch }) {
  const page = usePage();
  const { t } = page;
  const { plan } = trainer;
  const { view, data } = state;
  const [at, setAt] = useState(/** @type {{ x: number, y: number } | null} */ (null));
  const last = useRef(/** @type {{ x: number, y: number } | null} */ (null));
  const plane = plan?.planeOf(view.axes);
  const x = plane?.x ?? [-1.2, 1.2];
  const y = plane?.y ?? [-1.2, 1.2];
  const points = useMemo(
    () => pointsOf(trainer, state),
    [plan?.rows, view.axes, view.test, plan ? null : data.given],
  );
  const many = (plan?.rows.classes ?? 2) > 2;
  const content = () => {
    const values = trainer.plan && !many ? scores(trainer, view.discretize) : null;
    const size = trainer.look?.output.size ?? 0;
    const grid =
      values && trainer.plan
        ? {
            values,
            rows: size,
            columns: size,
            range: rangeOfTargets(trainer.plan),
            smooth: !view.discretize,
          }
        : null;
    return { grid, points };
  };
  const names = columnsOf(data);
  const axes = plane?.axes ?? [0, 1];
  const drawable = data.set === "given" && data.given.names.length === 2;
  const reach = 0.04 * (x[1] - x[0]);
  /** @param {number} px @param {number} py @param {{ kind: string, erase: boolean }} how */
  const draw = (px, py, how) => {
    if (how.kind === "end") {
      last.current = null;
      return;
    }
    const before = last.current;
    if (how.kind === "move" && before && Math.hypot(px - before.x, py - before.y) < reach) return;
    last.current = { x: px, y: py };
    const at = { x: Number(px.toFixed(3)), y: Number(py.toFixed(3)) };
    if (how.erase || view.pen < 0) dispatch({ type: "erase", ...at, radius: reach });
    else
      dispatch({ type: "draw", ...at, value: taskOf(data) === "classes" ? view.pen : view.value });
  };
  const words = at && trainer.plan && trainer.look ? answerAt(trainer, at, x, y, t) : "";
  return html`<${ScatterPlane}
      label=${t("playground.plane.label", { n: plan?.rows.n ?? data.given.y.length })}
      x=${x}
      y=${y}
      xLabel=${names[axes[0]]}
      yLabel=${axes[0] === axes[1] ? "" : names[axes[1]]}
      content=${content}
      under=${
        many
          ? (/** @type {any} */ context, /** @type {any} */ box) =>
              drawClasses(context, box, trainer, page, view.discretize)
          : undefined
      }
      version=${`${trainer.version} ${view.discretize} ${view.test}`}
      running=${true}
      changed=${() => trainer.version}
      onDraw=${drawable ? draw : undefined}
      onHover=${setAt}
      describe=${(/** @type {number} */ px, /** @type {number} */ py) =>
        answerAt(trainer, { x: px, y: py }, x, y, t)}
    />
    <p class="answer-at" aria-hidden="true">
      ${at ? `(${short(at.x, 3)}, ${short(at.y, 3)}) ${words}` : " "}
    </p>
    ${
      plan &&
      (plan.rows.classes
        ? html`<ul class="class-legend">
            ${plan.rows.words.map(
              (word, k) =>
                html`<li key=${word}>
                  <${ClassMark} k=${k} classes=${plan.rows.classes} />${
                    plan.rows.made ? t("playground.class", { k: word }) : word
                  }
                </li>`,
            )}
          </ul>`
        : html`<${ColorScale} range=${rangeOfTargets(plan)} label=${t("playground.answers")} />`)
    }`;
}

/** The mark of a class. @param {{ k: number, classes: number }} props */
export function ClassMark({ k, classes }) {
  const { palette, dark } = usePage();
  const color = classColor(k, palette, dark, classes);
  const shapes = [
    html`<circle cx="7" cy="7" r="4.5" />`,
    html`<rect x="3" y="3" width="8" height="8" />`,
    html`<path d="M7 1.5 L12 11 H2 Z" />`,
    html`<path d="M7 1.2 L12.8 7 L7 12.8 L1.2 7 Z" />`,
  ];
  return html`<svg class="class-mark" viewBox="0 0 14 14" aria-hidden="true" fill=${color}>
    ${shapes[k % 4]}
  </svg>`;
}

/**
 * The network's answer at a place, in words.
 *
 * @param {Trainer} trainer
 * @param {{ x: number, y: number }} at
 * @param {number[]} x
 * @param {number[]} y
 * @param {any} t
 */
function answerAt(trainer, at, x, y, t) {
  const { plan, look } = trainer;
  if (!plan || !look) return "";
  const { size, values } = look.output;
  const column = Math.min(
    size - 1,
    Math.max(0, Math.floor(((at.x - x[0]) / (x[1] - x[0])) * size)),
  );
  const row = Math.min(size - 1, Math.max(0, Math.floor(((y[1] - at.y) / (y[1] - y[0])) * size)));
  const place = row * size + column;
  const p = short(values[place * plan.outputs], 3);
  if (!plan.rows.classes) {
    return plan.coding === "spread"
      ? `μ = ${p}, σ = ${short(values[2 * place + 1], 3)}`
      : `p = ${p}`;
  }
  const { k } = answerOf(plan.coding, values, place, plan.outputs);
  const own = plan.outputs === 1 ? p : short(values[place * plan.outputs + k], 3);
  return t("playground.answer_at", { word: plan.rows.words[k], p: own });
}
