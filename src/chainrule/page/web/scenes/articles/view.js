// The scene: one article at a time, its lines, its curve, its weights, and its question.
import { Button } from "../../components/button.js";
import { Choice } from "../../components/choice.js";
import { html, useMemo } from "../../components/html.js";
import { LineChart } from "../../components/line_chart.js";
import { NumberField } from "../../components/number_field.js";
import { usePage } from "../../components/page_context.js";
import { Disclosure, Panel } from "../../components/panel.js";
import { Select } from "../../components/select.js";
import { Slider } from "../../components/slider.js";
import { Tabs } from "../../components/tabs.js";
import { Checkbox } from "../../components/toggle.js";
import { Transport } from "../../components/transport.js";
import { Code } from "./code.js";
import { fixed } from "./digits.js";
import { Question } from "./question.js";
import { usePlay, useRun } from "./run_hook.js";
import { shown } from "./state.js";
import {
  GradientCheck,
  ManySeeds,
  NeuronTable,
  SettledTable,
  Slopes,
  TwoLayerTable,
} from "./tables.js";
import { WeightsPicture } from "./weights_picture.js";

/** How many updates count as the beginning. */
const FIRST = 200;

/** @param {import("../scene.js").SceneProps} props */
export function ArticlesView({ state, dispatch, t }) {
  const choose = (/** @type {string} */ id) => dispatch({ type: "set", changes: { article: id } });
  return html`<h2>${t("articles.title")}</h2>
    <p class="lead">${t("articles.lead")}</p>
    <${Tabs}
      label=${t("articles.title")}
      value=${state.article}
      onChange=${choose}
      tabs=${["neuron", "two_layer", "xor"].map((id) => ({
        id,
        title: t(`articles.${id}.title`),
        content: () =>
          html`<${ArticleView} key=${id} state=${state} dispatch=${dispatch} t=${t} />`,
      }))}
    />`;
}

/** @param {{ state: any, dispatch: any, t: import("../../app/texts.js").Translate }} props */
function ArticleView({ state, dispatch, t }) {
  const { article, options, steps, step, line, ask } = shown(state);
  const { reducedMotion } = usePage();
  const run = useRun(article, options, steps);
  const go = (/** @type {number} */ to) => dispatch({ type: "go", to });
  const { playing, play } = usePlay(step, steps, go, reducedMotion);
  const at = Math.min(step, run.done);
  const early = state.early;
  const weights = run.weights(at);
  // the picture shows the row of this step, or the question of an article that sees all rows
  const x = article.id === "xor" ? article.X[run.row(at)].slice(0, 2) : ask;
  const { layers } = article.answer(x, weights, options);
  const set = (/** @type {Record<string, any>} */ changes) => dispatch({ type: "set", changes });
  return html`<p>${t(`articles.${article.id}.about`)}</p>
    <${Options} state=${state} set=${set} t=${t} />
    <${Panel} title=${t("articles.run")} class="article-run">
      <${Transport}
        playing=${playing}
        onPlay=${play}
        onStep=${() => dispatch({ type: "go", by: 1 })}
        onBack=${() => dispatch({ type: "go", by: -1 })}
        onReset=${() => go(0)}
        canBack=${step > 0}
        labels=${{
          play: t("articles.play"),
          step: t("articles.step"),
          back: t("articles.back"),
          reset: t("articles.reset"),
        }}
        tools=${html`<${Button} icon="epoch" onClick=${() => go(steps)}>${t("articles.all")}<//>`}
      >
        <span class="article-step" data-step=${step}>
          ${t("articles.at", { step: step.toLocaleString("en"), steps: steps.toLocaleString("en") })}
        </span>
      <//>
      <${Slider}
        label=${t("articles.step.slider")}
        value=${step}
        min=${0}
        max=${steps}
        step=${1}
        integer=${true}
        help=${{ text: t("articles.step.help") }}
        onChange=${go}
      />
      ${run.done < step && html`<p role="status">${t("articles.computing")}</p>`}
    <//>
    <div class="article-columns">
      <${Panel}
        title=${t("articles.lines")}
        help=${{ text: t("articles.lines.help") }}
        class="article-left"
        tools=${html`<${Button}
            icon="left"
            label=${t("articles.line.back")}
            onClick=${() => dispatch({ type: "line", by: -1 })}
          />
          <${Button}
            icon="right"
            label=${t("articles.line.next")}
            onClick=${() => dispatch({ type: "line", by: 1 })}
          />`}
      >
        <${Code}
          run=${run}
          step=${at}
          line=${line}
          onLine=${(/** @type {number} */ k) => set({ [`${article.id}.line`]: k })}
          t=${t}
        />
      <//>
      <div class="article-right">
        <${Panel} title=${t("articles.picture")} help=${{ text: t("articles.picture.help") }}>
          <${WeightsPicture}
            article=${article}
            weights=${weights}
            x=${article.id === "xor" ? article.X[run.row(at)] : x}
            layers=${layers}
            t=${t}
          />
        <//>
        <${Panel}
          title=${t("articles.loss")}
          help=${{ text: t(`articles.${article.id}.loss`), equation: t(`articles.${article.id}.loss.equation`) }}
        >
          <${LineChart}
            label=${t("articles.loss")}
            series=${[{ name: t("articles.loss"), y: run.losses, length: Math.min(early ? FIRST + 1 : Infinity, run.done + (run.done === steps ? 1 : 0)) }]}
            xLabel=${t("articles.step.name")}
            log=${article.id !== "two_layer"}
            xRange=${[0, early ? FIRST : steps]}
            version=${`${run.done} ${steps} ${early} ${options.seed} ${options.activation} ${options.derivative}`}
            marker=${step}
            onPick=${go}
            height=${200}
          />
          <${Checkbox}
            label=${t("articles.early", { n: FIRST })}
            value=${early}
            onChange=${(/** @type {boolean} */ on) => set({ early: on })}
          />
          <p class="article-loss" data-loss=${run.losses[at]}>
            ${t("articles.loss.now", { step: step.toLocaleString("en"), loss: fixed(run.losses[at]) })}
          </p>
        <//>
        <${Answers} run=${run} step=${at} early=${early} go=${go} t=${t} />
      </div>
    </div>
    <${Question} run=${run} step=${at} ask=${ask} dispatch=${dispatch} t=${t} />
    <${Panel} title=${t("articles.compare")} help=${{ text: t("articles.compare.help") }}>
      ${article.id === "neuron" && html`<${NeuronTable} run=${run} step=${at} t=${t} />`}
      ${article.id === "two_layer" && html`<${TwoLayerTable} run=${run} step=${at} t=${t} />`}
      ${
        article.id === "xor" &&
        html`<p>${t("articles.xor.compare")}</p>
          <${GradientCheck} run=${run} step=${at} t=${t} />
          <${Slopes} run=${run} step=${at} t=${t} />
          <${SettledTable} article=${article} t=${t} />`
      }
      ${article.id === "two_layer" && html`<${ManySeeds} article=${article} t=${t} />`}
    <//>
    <section class="article-surprises" aria-label=${t("articles.surprises")}>
      <h3>${t("articles.surprises")}</h3>
      ${SURPRISES[article.id].map(
        (name, k) =>
          html`<${Disclosure}
            key=${name}
            title=${t(`articles.${name}`)}
            level=${4}
            first=${k === 0}
          >
            <p>${t(`articles.${name}.why`)}</p>
          <//>`,
      )}
    </section>`;
}

/** @type {Record<string, string[]>} */
const SURPRISES = {
  neuron: ["half", "same", "rule", "slope", "float"],
  two_layer: ["plateau", "last", "rate", "tail", "seeds"],
  xor: ["mistake", "notice", "logistic", "unit"],
};

/** @param {{ state: any, set: (changes: any) => void, t: import("../../app/texts.js").Translate }} props */
function Options({ state, set, t }) {
  const seed = (/** @type {string} */ id) =>
    html`<${NumberField}
      label=${t("articles.seed")}
      value=${state[`${id}.seed`]}
      min=${0}
      max=${2 ** 32 - 1}
      integer=${true}
      help=${{ text: t(`articles.${id}.seed`) }}
      onChange=${(/** @type {number} */ v) => set({ [`${id}.seed`]: v })}
    />`;
  if (state.article === "neuron")
    return html`<div class="article-options">
      <${Choice}
        label=${t("articles.neuron.steps")}
        value=${state["neuron.steps"]}
        options=${[
          { value: 10000, label: t("articles.neuron.harper") },
          { value: 15000, label: t("articles.neuron.garbade") },
        ]}
        onChange=${(/** @type {number} */ v) => set({ "neuron.steps": v })}
        help=${{ text: t("articles.neuron.steps.help") }}
      />
    </div>`;
  if (state.article === "two_layer")
    return html`<div class="article-options">${seed("two_layer")}</div>`;
  return html`<div class="article-options">
    <${Choice}
      label=${t("articles.xor.derivative")}
      value=${state["xor.derivative"]}
      options=${[
        { value: "right", label: t("articles.xor.right") },
        { value: "published", label: t("articles.xor.published") },
      ]}
      onChange=${(/** @type {string} */ v) => set({ "xor.derivative": v })}
      help=${{
        text: t("articles.xor.derivative.help"),
        equation: state["xor.activation"] === "tanh" ? "tanh'(z) = 1 − a²" : "σ'(z) = a (1 − a)",
      }}
    />
    <${Select}
      label=${t("articles.xor.activation")}
      value=${state["xor.activation"]}
      options=${[
        { value: "tanh", label: "tanh" },
        { value: "logistic", label: t("articles.xor.logistic") },
      ]}
      onChange=${(/** @type {string} */ v) => set({ "xor.activation": v })}
      help=${{ text: t("articles.xor.activation.help") }}
    />
    ${seed("xor")}
  </div>`;
}

/**
 * How the answers moved.
 *
 * @param {{ run: import("./article.js").Run, step: number, early: boolean, go: any, t: any }} props
 */
function Answers({ run, step, early, go, t }) {
  const { article, options, steps } = run;
  const rows = useMemo(
    () =>
      article.id === "neuron"
        ? [0, 1, 2, 3, 4, 5, 6, 7].map((k) => [k >> 2, (k >> 1) & 1, k & 1])
        : article.X.map((x) => x.slice(0, article.inputs)),
    [article],
  );
  const done = run.done === steps;
  const curves = useMemo(() => {
    if (!done) return null;
    // close together at the beginning, where most happens
    const end = early ? FIRST : steps;
    const at = [
      ...new Set(Array.from({ length: 161 }, (_, k) => Math.round(end * (k / 160) ** 2))),
    ];
    const seen = at.map((k) => run.weights(k));
    return rows.map((x) => ({
      name: x.join(" "),
      x: at,
      y: seen.map((weights) => article.answer(x, weights, options).answer),
    }));
  }, [done, run, early]);
  const now = run.weights(step);
  return html`<${Panel} title=${t("articles.answers")} help=${{ text: t("articles.answers.help") }}>
    ${
      curves &&
      html`<${LineChart}
        label=${t("articles.answers")}
        series=${curves}
        xLabel=${t("articles.step.name")}
        xRange=${[0, early ? FIRST : steps]}
        version=${`${early} ${options.seed} ${options.activation} ${options.derivative} ${steps}`}
        marker=${step}
        onPick=${go}
        height=${200}
      />`
    }
    <div class="article-scroll" tabindex="0" role="group" aria-label=${t("articles.answers")}>
      <table class="article-table">
        <thead>
          <tr>
            <th scope="col">${t("articles.input.column")}</th>
            <th scope="col">${t("articles.target")}</th>
            <th scope="col">${t("articles.answer.column")}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map((x) => {
            const k = article.X.findIndex((row) => x.every((v, j) => v === row[j]));
            const answer = article.answer(x, now, options).answer;
            return html`<tr key=${x.join("")}>
              <th scope="row">${x.join(" ")}</th>
              <td>${k < 0 ? t("articles.never") : article.y[k][0]}</td>
              <td title=${answer}>${fixed(answer)}</td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
  <//>`;
}
