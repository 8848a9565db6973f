// The modern memory and the dense memory beside the classical one: the same damaged pattern.
import { BarRow } from "../../components/bar_row.js";
import { Formula } from "../../components/formula.js";
import { HeatMap } from "../../components/heat_map.js";
import { html, useMemo } from "../../components/html.js";
import { short } from "../../components/numbers.js";
import { sentences } from "../../components/page_context.js";
import { Panel } from "../../components/panel.js";
import { Slider } from "../../components/slider.js";
import { denseEnergy, denseRecall } from "../../energy/dense.js";
import { attention, kindOf, modernEnergy, modernRecall, update } from "../../energy/modern.js";
import { namer } from "../../energy/names.js";
import { Picture } from "./picture.js";
import { named } from "./recall_panel.js";

/**
 * @param {{ state: import("./state.js").State, dispatch: (action: any) => void,
 *   t: import("../../app/texts.js").Translate, patterns: Int8Array[], start: Int8Array }} props
 */
export function ModernPanel({ state, dispatch, t, patterns, start }) {
  const { rows, columns, beta, power } = state;
  const found = useMemo(() => {
    const { path, ended } = modernRecall(patterns, start, beta);
    const end = path[path.length - 1];
    return {
      shares: attention(patterns, start, beta),
      once: update(patterns, start, beta),
      before: modernEnergy(patterns, start, beta),
      after: modernEnergy(patterns, end, beta),
      steps: path.length - 1,
      ended,
      end,
      kind: kindOf(attention(patterns, end, beta)),
    };
  }, [state.patterns, state.start, beta]);
  const dense = useMemo(() => {
    const path = denseRecall(patterns, start, { n: power, seed: state.seed });
    return {
      ...path,
      before: denseEnergy(patterns, start, power),
      after: denseEnergy(patterns, path.state, power),
      name: namer(patterns)(path.state),
    };
  }, [state.patterns, state.start, power, state.seed]);
  const shares = found.shares;
  return html`<${Panel}
      title=${t("memories.modern")}
      class="modern-panel"
      help=${{ text: t("memories.help.modern"), equation: "ξ ← X softmax(β Xᵀ ξ)" }}
    >
      <p class="quiet-words">${t("memories.modern.lead")}</p>
      <div><${Formula} text="ξ ← X softmax(β Xᵀ ξ)" /></div>
      <${Slider}
        label=${t("memories.beta")}
        value=${beta}
        scale="log"
        min=${0.001}
        max=${10}
        hardMin=${1e-4}
        hardMax=${100}
        help=${{ text: t("memories.help.beta") }}
        onChange=${(/** @type {number} */ to) => dispatch({ type: "beta", to })}
      />
      <div class="modern-steps">
        <figure>
          <figcaption>${t("memories.damaged")}</figcaption>
          <${Picture}
            signs=${start}
            rows=${rows}
            columns=${columns}
            label=${t("memories.damaged")}
          />
        </figure>
        <span aria-hidden="true" class="arrow">→</span>
        <figure>
          <figcaption>${t("memories.modern.once")}</figcaption>
          <${HeatMap}
            label=${t("memories.modern.once")}
            grid=${{ values: found.once, rows, columns, range: [-1, 1], palette: "sequential" }}
            version=${found}
          />
        </figure>
        <span aria-hidden="true" class="arrow">→</span>
        <figure>
          <figcaption>${t("memories.modern.end", { n: found.steps })}</figcaption>
          <${HeatMap}
            label=${t("memories.modern.end", { n: found.steps })}
            grid=${{ values: found.end, rows, columns, range: [-1, 1], palette: "sequential" }}
            version=${found}
          />
        </figure>
      </div>
      <h4>${t("memories.attention")}</h4>
      <${BarRow}
        label=${t("memories.attention")}
        values=${shares}
        names=${shares.map((_, k) => t("memories.memory", { k }))}
        best=${shares.indexOf(Math.max(...shares))}
      />
      <p role="status">
        ${sentences(t, [
          t(`memories.kind.${found.kind.kind}`, { k: found.kind.members.join(", ") }),
          t("memories.falls", { before: short(found.before), after: short(found.after) }),
        ])}
      </p>
    <//>
    <${Panel}
      title=${t("memories.dense")}
      class="modern-panel"
      help=${{ text: t("memories.help.dense"), equation: "E = −Σ (ξ·s)^n" }}
    >
      <${Slider}
        label=${t("memories.power")}
        value=${power}
        min=${2}
        max=${10}
        step=${1}
        integer=${true}
        help=${{ text: t("memories.help.power") }}
        onChange=${(/** @type {number} */ to) => dispatch({ type: "power", to })}
      />
      <div class="modern-steps">
        <figure>
          <figcaption>${t("memories.dense.end", { n: dense.flips.length })}</figcaption>
          <${Picture}
            signs=${dense.state}
            rows=${rows}
            columns=${columns}
            label=${named(t, dense.name)}
          />
        </figure>
        <p role="status">
          <strong>${named(t, dense.name)}</strong><br />
          ${t("memories.falls", { before: short(dense.before), after: short(dense.after) })}
        </p>
      </div>
    <//>`;
}
