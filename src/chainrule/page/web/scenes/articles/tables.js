// The numbers of the article beside those of the page and of the engine.
import { openSession } from "../../engine/client.js";
import { Button } from "../../components/button.js";
import { html, useEffect, useState } from "../../components/html.js";
import { LineChart } from "../../components/line_chart.js";
import { short } from "../../components/numbers.js";
import { createRun } from "./article.js";
import { fixed } from "./digits.js";
import { functions, gradientCheck } from "./xor.js";
import { inPieces } from "./run_hook.js";

/** @typedef {import("../../app/texts.js").Translate} Translate */
/** @typedef {import("./article.js").Run} Run */

/**
 * What the engine makes of the same start: the parameters after `step` updates, or null while it
 * works.
 *
 * @param {Run} run
 * @param {number} step
 */
function useEngine(run, step) {
  const [made, setMade] = useState(/** @type {any} */ (null));
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const { article } = run;
    if (!article.network) return undefined;
    /** @type {any} */
    let session = null;
    let left = false;
    setMade(null);
    setFailed(false);
    const flat = (/** @type {import("./matrix.js").Matrix} */ m) => Float64Array.from(m.flat());
    const first = run.weights(0);
    const theta = Float64Array.from(article.weights.flatMap(({ name }) => [...flat(first[name])]));
    openSession({
      network: article.network,
      theta,
      data: { x: flat(article.X), y: flat(article.y), n: article.X.length },
      fit: { optimizer: { class: "optimizers.SGD", settings: { lr: 1 } }, batch_size: null },
    })
      .then((opened) => {
        if (left) opened.close();
        else {
          session = opened;
          setMade({ session: opened });
        }
      })
      .catch(() => !left && setFailed(true));
    return () => {
      left = true;
      session?.close();
    };
  }, [run]);
  const [numbers, setNumbers] = useState(/** @type {any} */ (null));
  useEffect(() => {
    if (!made) return undefined;
    let left = false;
    const reach = async () => {
      const { session } = made;
      const now = (await session.state()).step;
      if (now < run.steps) await session.train({ steps: run.steps - now });
      await session.goTo(step);
      const { theta } = await session.state();
      const rows = Float64Array.from(run.article.X.flat());
      const p = await session.predict(rows, run.article.X.length);
      if (!left) setNumbers({ step, theta: Float64Array.from(theta), p: Float64Array.from(p) });
    };
    // a little later, so that playing does not ask for every step
    const later = setTimeout(() => reach().catch(() => !left && setFailed(true)), 120);
    return () => {
      left = true;
      clearTimeout(later);
    };
  }, [made, step]);
  return { numbers: numbers?.step === step ? numbers : null, failed };
}

/** @param {{ run: Run, step: number, t: Translate }} props */
export function NeuronTable({ run, step, t }) {
  const { numbers, failed } = useEngine(run, step);
  const w = run.weights(step).w.map(([v]) => v);
  const answer = run.article.answer([1, 0, 0], run.weights(step), run.options).answer;
  const published = run.article.published;
  const z = numbers?.theta[0];
  const rows = [
    ...w.map((v, k) => [`w${k + 1}`, v, numbers?.theta[k], published.w[step]?.[k]]),
    ["1 0 0", answer, numbers && 1 / (1 + Math.exp(-z)), published.answer[step]],
  ];
  return html`<${Rows} rows=${rows} t=${t} />
    <${Difference} rows=${rows} failed=${failed} t=${t} />`;
}

/** @param {{ run: Run, step: number, t: Translate }} props */
export function TwoLayerTable({ run, step, t }) {
  const { numbers, failed } = useEngine(run, step);
  const { article, options } = run;
  const rows = article.X.map((x, k) => [
    x.join(" "),
    article.answer(x, run.weights(step), options).answer,
    numbers?.p[k],
    step >= 1499 ? article.published.answers[k] : undefined,
  ]);
  return html`<${Rows} rows=${rows} t=${t} />
    <${Difference} rows=${rows} failed=${failed} t=${t} />
    <p class="article-note">${t("articles.two_layer.published")}</p>`;
}

/** @param {{ rows: any[][], t: Translate }} props name, here, engine, printed */
const Rows = ({ rows, t }) =>
  html`<div class="article-scroll" tabindex="0" role="group" aria-label=${t("articles.compare")}>
    <table class="article-table">
      <thead>
        <tr>
          <th scope="col">${t("articles.what")}</th>
          <th scope="col">${t("articles.lines.column")}</th>
          <th scope="col">${t("articles.engine")}</th>
          <th scope="col">${t("articles.published")}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, here, engine, printed]) =>
            html`<tr key=${name}>
              <th scope="row">${name}</th>
              <td title=${here}>${fixed(here)}</td>
              <td title=${engine}>
                ${engine === undefined || engine === null ? "…" : fixed(engine)}
              </td>
              <td>${printed === undefined ? "–" : String(printed).replace("-", "−")}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

/** @param {{ rows: any[][], failed: boolean, t: Translate }} props */
function Difference({ rows, failed, t }) {
  if (failed) return html`<p class="article-note">${t("articles.engine.failed")}</p>`;
  if (rows.some(([, , engine]) => engine === undefined || engine === null))
    return html`<p class="article-note" role="status">${t("articles.engine.works")}</p>`;
  const most = Math.max(...rows.map(([, here, engine]) => Math.abs(here - engine)));
  return html`<p class="article-note" data-difference=${most}>
    ${t("articles.engine.difference", { most: most === 0 ? "0" : short(most, 2) })}
  </p>`;
}

const VARIANTS = /** @type {const} */ ([
  ["tanh", "right"],
  ["tanh", "published"],
  ["logistic", "right"],
  ["logistic", "published"],
]);
const SEEDS = [0, 1, 2, 3];

/** Where each variant settles, for four seeds. @param {{ article: any, t: Translate }} props */
export function SettledTable({ article, t }) {
  const [results, setResults] = useState(/** @type {any[]} */ ([]));
  const [asked, ask] = useState(false);
  useEffect(() => {
    if (!asked) return undefined;
    const runs = VARIANTS.flatMap(([activation, derivative]) =>
      SEEDS.map((seed) => ({ activation, derivative, seed })),
    );
    /** @type {any[]} */
    const found = [];
    let run = createRun(article, runs[0], 10000);
    return inPieces(
      () => {
        if (!run.advance(6)) return false;
        const weights = run.weights(10000);
        found.push({
          ...runs[found.length],
          answers: article.X.map(
            (/** @type {number[]} */ x) =>
              article.answer(x.slice(0, 2), weights, run.options).answer,
          ),
        });
        if (found.length < runs.length) run = createRun(article, runs[found.length], 10000);
        return found.length === runs.length;
      },
      () => found.length && setResults([...found]),
    );
  }, [asked]);
  if (!asked)
    return html`<${Button} kind="main" icon="play" onClick=${() => ask(true)}>
      ${t("articles.xor.settle")}
    <//>`;
  const solved = (/** @type {number[]} */ p) =>
    p.every((v, k) => v > 0.5 === article.y[k][0] > 0.5);
  return html`<div
    class="article-scroll"
    tabindex="0"
    role="group"
    aria-label=${t("articles.xor.settled")}
  >
    <table class="article-table" data-rows=${results.length}>
      <thead>
        <tr>
          <th scope="col">${t("articles.xor.variant")}</th>
          <th scope="col">${t("articles.seed")}</th>
          ${["0 0", "0 1", "1 0", "1 1"].map((x) => html`<th scope="col" key=${x}>${x}</th>`)}
          <th scope="col">${t("articles.xor.solved")}</th>
        </tr>
      </thead>
      <tbody>
        ${results.map(
          (one) =>
            html`<tr key=${`${one.activation} ${one.derivative} ${one.seed}`}>
              <th scope="row">
                ${t("articles.xor.one", { activation: one.activation, derivative: t(`articles.xor.${one.derivative}`) })}
              </th>
              <td>${one.seed}</td>
              ${one.answers.map(
                (/** @type {number} */ v, /** @type {number} */ k) =>
                  html`<td key=${k}>${fixed(v, 5)}</td>`,
              )}
              <td>${t(solved(one.answers) ? "articles.yes" : "articles.no")}</td>
            </tr>`,
        )}
        <tr>
          <th scope="row" colspan="2">${t("articles.xor.printed")}</th>
          ${article.published.answers.map(
            (/** @type {number} */ v, /** @type {number} */ k) =>
              html`<td key=${k}>${fixed(v, 5)}</td>`,
          )}
          <td>${t("articles.yes")}</td>
        </tr>
      </tbody>
    </table>
  </div>`;
}

/** Would you have noticed? @param {{ run: Run, step: number, t: Translate }} props */
export function GradientCheck({ run, step, t }) {
  const row = run.row(step);
  const { right, worst } = gradientCheck(run.weights(step), run.options, row);
  return html`<p
    class=${`article-check ${right ? "good" : "bad"}`}
    role="status"
    data-right=${right}
  >
    <strong>${t(right ? "articles.check.right" : "articles.check.wrong")}</strong>${" "}
    ${t("articles.check.by", { worst: short(worst, 2), row: run.article.X[row].slice(0, 2).join(" ") })}
  </p>`;
}

/**
 * Both slopes over the activation, and where the units of this step are.
 *
 * @param {{ run: Run, step: number, t: Translate }} props
 */
export function Slopes({ run, step, t }) {
  const { right, published } = functions(run.options);
  const low = run.options.activation === "tanh" ? -1 : 0;
  const a = Array.from({ length: 101 }, (_, k) => low + ((1 - low) * k) / 100);
  const { a1, a2 } = run.update(step).values;
  const units = [...a1[0], ...a2[0]].sort((u, v) => u - v);
  const used = run.options.derivative === "right" ? right : published;
  return html`<${LineChart}
    label=${t("articles.xor.slopes")}
    series=${[
      { name: t("articles.xor.right"), x: a, y: a.map(right) },
      { name: t("articles.xor.published"), x: a, y: a.map(published), dashed: true },
      { name: t("articles.xor.units"), x: units, y: units.map(used), points: true },
    ]}
    xLabel="a"
    yLabel=${t("articles.xor.slope")}
    xRange=${[low, 1]}
    version=${`${step} ${run.done} ${run.options.seed} ${run.options.activation} ${run.options.derivative}`}
    height=${200}
  />`;
}

const MANY = 100;

/** The two-layer network from a hundred seeds. @param {{ article: any, t: Translate }} props */
export function ManySeeds({ article, t }) {
  const [asked, ask] = useState(false);
  const [found, setFound] = useState(/** @type {any} */ (null));
  useEffect(() => {
    if (!asked) return undefined;
    let seed = 0;
    const counts = {
      seeds: 0,
      falling: 0,
      solved: 0,
      lost: /** @type {number[]} */ ([]),
      waits: /** @type {number[]} */ ([]),
    };
    let run = createRun(article, /** @type {any} */ ({ seed }), 1500);
    return inPieces(
      () => {
        if (!run.advance(6)) return false;
        const { losses } = run;
        const last = run.weights(1500);
        const right = article.X.every(
          (/** @type {number[]} */ x, /** @type {number} */ k) =>
            article.answer(x, last, run.options).answer > 0.5 === article.y[k][0] > 0.5,
        );
        counts.seeds++;
        counts.solved += Number(right);
        if (!right) counts.lost.push(seed);
        counts.falling += Number(losses.subarray(1, 1500).every((v, k) => v <= losses[k]));
        counts.waits.push(losses.subarray(0, 1500).filter((v) => v > 0.9).length);
        seed++;
        if (seed < MANY) run = createRun(article, /** @type {any} */ ({ seed }), 1500);
        return seed === MANY;
      },
      () => setFound({ ...counts, waits: [...counts.waits] }),
    );
  }, [asked]);
  if (!asked)
    return html`<${Button} icon="play" onClick=${() => ask(true)}>
      ${t("articles.two_layer.many", { n: MANY })}
    <//>`;
  if (!found) return null;
  const sorted = [...found.waits].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return html`<p class="article-many" role="status" data-seeds=${found.seeds}>
    ${t("articles.two_layer.counted", {
      n: found.seeds,
      falling: found.falling,
      solved: found.solved,
      median: String(median),
    })}
    ${found.lost.length > 0 && ` ${t("articles.two_layer.lost", { seeds: found.lost.join(", ") })}`}
  </p>`;
}
