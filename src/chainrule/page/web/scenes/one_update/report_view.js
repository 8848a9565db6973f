// The page around a recorded run: written by cr.report.
import { Refusal } from "../../app/refusal.js";
import { fileBytes } from "../../app/start.js";
import { Confusion } from "../../components/confusion.js";
import { Field } from "../../components/field.js";
import { Equations } from "../../components/formula.js";
import { html, useEffect, useMemo, useState } from "../../components/html.js";
import { LineChart } from "../../components/line_chart.js";
import { Notice } from "../../components/notice.js";
import { readNumber, short } from "../../components/numbers.js";
import { Disclosure, Panel } from "../../components/panel.js";
import { PixelCanvas } from "../../components/pixel_canvas.js";
import { Select } from "../../components/select.js";
import { openNetwork } from "../../engine/client.js";
import { toBytes, trace } from "../../graph/index.js";
import { sizeOf } from "../../reference/arrays.js";
import { Board } from "./board.js";
import { Visited } from "./moment.js";
import { Report } from "./report_file.js";

/** @typedef {import("./moment.js").Moment} Moment */
/** @typedef {import("../../app/texts.js").Translate} Translate */

/** @param {import("../scene.js").SceneProps & { file: { name: string, path: string } }} props */
export function ReportView({ state, dispatch, shown, t, file }) {
  const [report, setReport] = useState(/** @type {Report | null} */ (null));
  const [refusal, setRefusal] = useState(/** @type {Error | null} */ (null));
  useEffect(() => {
    fileBytes(file.path).then(
      (bytes) => {
        try {
          setReport(new Report(bytes));
        } catch (error) {
          setRefusal(/** @type {Error} */ (error));
        }
      },
      () => setRefusal(new Refusal("one_update.report.broken")),
    );
  }, [file]);
  if (!report) {
    return html`<h2>${t("one_update.report.title")}</h2>
      ${refusal ? html`<${Notice} refusal=${refusal} />` : html`<p role="status">${t("one_update.loading")}</p>`}`;
  }
  const { about } = report;
  const first = about.first ?? 0;
  const step = Math.min(Math.max(state.step, first), about.last ?? 0);
  return html`<h2>${about.title || t("one_update.report.title")}</h2>
    <div class="update-report">
      <${Disclosure} title=${t("one_update.report.summary")} first=${true}>
        <pre>${about.summary}</pre>
      <//>
      ${about.diagnosis && html`<${Disclosure} title=${t("one_update.report.diagnosis")} first=${true}><pre>${about.diagnosis}</pre><//>`}
      ${
        about.equations &&
        html`<${Disclosure} title=${t("one_update.report.equations")}>
          <${Equations} text=${about.equations} label=${t("one_update.report.equations")} />
        <//>`
      }
      <${Curves}
        report=${report}
        step=${step}
        onStep=${(/** @type {number} */ to) => dispatch({ type: "step", to })}
        t=${t}
      />
      ${report.steps.some((s) => s.update) && html`<${Steps} report=${report} step=${step} state=${state} dispatch=${dispatch} shown=${shown} t=${t} />`}
      ${about.kind === "other" && html`<p>${t("one_update.report.other")}</p>`}
      ${report.train && html`<${Ask} report=${report} t=${t} />`}
    </div>`;
}

/** @param {{ report: Report, step: number, onStep: (step: number) => void, t: Translate }} props */
function Curves({ report, step, onStep, t }) {
  const names = Object.keys(report.about.history ?? {}).filter(
    (name) => report.about.history[name].length,
  );
  const lost = names.filter((name) => name.endsWith("loss"));
  if (!lost.length) return null;
  const { history, first = 0, last = 0 } = report.about;
  const epochs = history[lost[0]].length;
  const each = (last - first) / epochs; // steps of an epoch
  const series = lost.map((name) => ({
    name,
    y: Float64Array.from(history[name], (v) => v ?? NaN),
    start: 1,
    dashed: name.startsWith("val_"),
  }));
  return html`<${Panel} title=${t("one_update.report.curves")}>
    <${LineChart}
      label=${t("one_update.report.losses")}
      series=${series}
      xLabel=${t("one_update.epoch")}
      yLabel=${t("one_update.loss")}
      marker=${each ? (step - first) / each : null}
      onPick=${(/** @type {number} */ epoch) => onStep(nearestStep(report, first + Math.round(epoch * each)))}
      legend=${true}
    />
  <//>`;
}

/** @param {Report} report @param {number} step @returns {number} the nearest step with an update */
function nearestStep(report, step) {
  const own = report.steps.filter((s) => s.update).map((s) => s.step);
  return own.reduce(
    (best, s) => (Math.abs(s - step) < Math.abs(best - step) ? s : best),
    own[0] ?? 0,
  );
}

/**
 * @param {{ report: Report, step: number, state: import("./state.js").State,
 *   dispatch: (action: any) => void, shown: boolean, t: Translate }} props
 */
function Steps({ report, step, state, dispatch, shown, t }) {
  const [moment, setMoment] = useState(/** @type {Moment | null} */ (null));
  const [refusal, setRefusal] = useState(/** @type {Error | null} */ (null));
  const [visited, setVisited] = useState(/** @type {Visited | null} */ (null));
  const carried = useMemo(() => report.moment(step), [report, step]);
  useEffect(() => {
    if (carried) {
      setMoment(carried);
      setRefusal(null);
      return undefined;
    }
    const why = hindrance(report);
    if (why) {
      setRefusal(new Refusal("one_update.report.nothing", { why: t(why) }));
      return undefined;
    }
    let wanted = true;
    const run = visited ? Promise.resolve(visited) : Visited.open(replayed(report));
    run
      .then((one) => {
        setVisited(one);
        return one.at(step);
      })
      .then(
        (one) => {
          if (!wanted) return;
          setMoment(one);
          setRefusal(null);
        },
        (error) => wanted && setRefusal(error),
      );
    return () => {
      wanted = false;
    };
  }, [report, step, carried]);
  useEffect(() => () => visited?.close(), [visited]);
  const options = report.steps
    .filter((s) => s.update)
    .map((s) => ({ value: s.step, label: `${t("one_update.step")} ${s.step}` }));
  const known = options.some(({ value }) => value === step);
  return html`<section class="update-steps">
    <div class="update-head">
      <${Select}
        label=${t("one_update.report.steps")}
        value=${known ? step : ""}
        options=${known ? options : [{ value: "", label: "–" }, ...options]}
        onChange=${(/** @type {string | number} */ to) => to !== "" && dispatch({ type: "step", to: Number(to) })}
      />
    </div>
    ${refusal && html`<${Notice} refusal=${refusal} />`}
    ${
      moment &&
      html`<p class="quiet" role="status">
          ${moment.source === "run" ? t("one_update.report.carried") : t("one_update.report.replayed", { step: report.about.first ?? 0 })}
          ${moment.source === "run" && !moment.update.batch.x ? html`<br />${t("one_update.report.no_batch")}` : ""}
        </p>
        <${Board}
          state=${state}
          dispatch=${dispatch}
          moment=${moment}
          shown=${shown}
          last=${Math.max(0, report.about.last - 1)}
          first=${report.about.first ?? 0}
          t=${t}
        />`
    }
  </section>`;
}

/** @param {Report} report @returns {string} why the page cannot make steps again; "" if it can */
function hindrance({ about, arrays }) {
  if (!arrays["data/x"]) return "one_update.report.no_data";
  if (!about.fit) return "one_update.report.no_way";
  if (!about.network) return "one_update.report.no_program";
  try {
    const own = toBytes(trace(about.network).train);
    const theirs = /** @type {Uint8Array} */ (arrays["program/train"]);
    return own.length === theirs.length && own.every((v, k) => v === theirs[k])
      ? ""
      : "one_update.report.no_program";
  } catch {
    return "one_update.report.no_program";
  }
}

/** @param {Report} report the run as the page makes it again */
const replayed = ({ about, arrays }) => ({
  network: about.network,
  data: {
    x: /** @type {any} */ (arrays["data/x"]),
    y: /** @type {any} */ (arrays["data/y"]),
    n: about.rows,
  },
  fit: about.fit,
  theta: /** @type {Float32Array} */ (arrays["data/theta"]),
});

/** Type or draw an input, and ask the network of any step. @param {{ report: Report, t: Translate }} props */
function Ask({ report, t }) {
  const { about, arrays } = report;
  const predict = useMemo(() => report.program("predict"), [report]);
  const i = predict.inputs.x;
  const shape = i === undefined ? [] : predict.values[i].shape.slice(1);
  const many = sizeOf(shape);
  const whole = i !== undefined && predict.values[i].number === "index";
  const steps = report.steps.map((s) => s.step);
  const [step, setStep] = useState(steps[steps.length - 1]);
  const [text, setText] = useState(() => beginning(arrays["data/x"], many));
  const [draft, type] = useState(/** @type {string | null} */ (null));
  const [answer, setAnswer] = useState(
    /** @type {{ step: number, p: ArrayLike<number> } | null} */ (null),
  );
  const [counts, setCounts] = useState(/** @type {Int32Array | null} */ (null));
  const [refusal, setRefusal] = useState(/** @type {Error | null} */ (null));
  useEffect(() => {
    let wanted = true;
    /** @type {import("../../engine/client.js").RemoteNetwork | null} */
    let network = null;
    const ask = async () => {
      const row = numbersOf(text, many);
      network = await openNetwork({
        programs: { predict: /** @type {Uint8Array} */ (arrays["program/predict"]) },
        theta: report.theta(step),
        dtype: about.dtype,
      });
      const p = await network.predict(whole ? Int32Array.from(row) : row, 1);
      if (wanted) setAnswer({ step, p });
      const made = await confusionOf(report, network, p.length);
      if (wanted) {
        setCounts(made);
        setRefusal(null);
      }
    };
    ask()
      .catch((error) => wanted && setRefusal(error))
      .finally(() => network?.close());
    return () => {
      wanted = false;
    };
  }, [report, step, text]);
  if (i === undefined || Object.keys(predict.inputs).length > 1) return null;
  const isPicture = shape.length === 3 && shape[2] === 1;
  const names = counts ? Array.from({ length: Math.sqrt(counts.length) }, (_, k) => String(k)) : [];
  return html`<${Panel} title=${t("one_update.report.ask")}>
    <div class="update-head">
      <${Select}
        label=${t("one_update.report.ask.when")}
        value=${step}
        options=${steps.map((s) => ({ value: s, label: String(s) }))}
        onChange=${(/** @type {number} */ to) => setStep(Number(to))}
      />
    </div>
    ${isPicture && html`<${Draw} shape=${shape} text=${text} onChange=${setText} t=${t} />`}
    <${Field} label=${t("one_update.report.ask.row")} refusal=${refusal}>
      ${(/** @type {string} */ id, /** @type {string | undefined} */ described) =>
        html`<input
          type="text"
          id=${id}
          class="update-row"
          aria-describedby=${described}
          autocomplete="off"
          spellcheck=${false}
          value=${draft ?? text}
          onInput=${(/** @type {any} */ event) => type(event.target.value)}
          onChange=${(/** @type {any} */ event) => {
            type(null);
            setText(event.target.value);
          }}
        />`}
    <//>
    ${
      answer &&
      html`<div role="status">
        <strong>${t("one_update.report.answer")}</strong>
        <ul class="update-answer" data-step=${answer.step}>
          ${Array.from(answer.p, (p, k) => html`<li key=${k}>${answer.p.length > 1 ? `${k}: ` : ""}${short(p, 5)}</li>`)}
        </ul>
      </div>`
    }
    ${
      counts &&
      html`<${Confusion}
        label=${`${t("one_update.report.confusion")} ${t("one_update.report.confusion.said", { step })}`}
        counts=${counts}
        names=${names}
      />`
    }
  <//>`;
}

/** @param {{ shape: number[], text: string, onChange: (text: string) => void, t: Translate }} props */
function Draw({ shape: [rows, columns], text, onChange, t }) {
  const [values, setValues] = useState(/** @type {Float32Array | null} */ (null));
  let typed;
  try {
    typed = Float32Array.from(numbersOf(text, rows * columns));
  } catch {
    typed = new Float32Array(rows * columns);
  }
  const high = Math.max(1, ...typed);
  /** @param {Float32Array} pixels */
  const done = (pixels) => onChange(Array.from(pixels, (v) => Number(v.toPrecision(4))).join(", "));
  return html`<div class="update-draw">
    <${PixelCanvas}
      label=${t("one_update.report.draw")}
      values=${values ?? typed}
      rows=${rows}
      columns=${columns}
      high=${high}
      onChange=${setValues}
      onEnd=${() => {
        if (values) done(values);
        setValues(null);
      }}
    />
    <button type="button" class="button" onClick=${() => done(new Float32Array(rows * columns))}>
      ${t("one_update.report.clear")}
    </button>
  </div>`;
}

/** @param {ArrayLike<number> | undefined} x @param {number} many @returns {string} a row to begin with */
const beginning = (x, many) =>
  Array.from({ length: many }, (_, k) => (x ? Number(Number(x[k]).toPrecision(6)) : 0)).join(", ");

/** @param {string} text @param {number} many @returns {Float64Array} */
function numbersOf(text, many) {
  const words = text.trim() ? text.trim().split(/\s*[,;\s]\s*/) : [];
  if (words.length !== many)
    throw new Refusal("one_update.report.wrong_row", { wanted: many, got: words.length });
  return Float64Array.from(words, (word) => readNumber(word));
}

/**
 * Return how often each class was answered for each class; null where the targets are no classes.
 *
 * @param {Report} report
 * @param {import("../../engine/client.js").RemoteNetwork} network
 * @param {number} outputs of one row
 */
async function confusionOf({ arrays, about }, network, outputs) {
  const [x, y] = [arrays["data/x"], arrays["data/y"]];
  const n = about.rows ?? 0;
  if (!x || !y || y.length !== n) return null;
  const isIndex = y instanceof Int32Array;
  const isBinary = outputs === 1 && Array.from(y).every((v) => v === 0 || v === 1);
  if (!isBinary && !(isIndex && outputs > 1)) return null;
  const classes = isBinary ? 2 : outputs;
  const counts = new Int32Array(classes * classes);
  const p = await network.predict(/** @type {any} */ (x), n);
  for (let k = 0; k < n; k++) {
    let best = 0;
    if (isBinary) best = Number(p[k] > 0.5);
    else for (let c = 1; c < classes; c++) if (p[k * classes + c] > p[k * classes + best]) best = c;
    counts[Number(y[k]) * classes + best] += 1;
  }
  return counts;
}
