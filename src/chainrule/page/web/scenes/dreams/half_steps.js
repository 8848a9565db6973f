// One step of contrastive divergence in half-steps: v → h → v′ → h′, then the change of the weights.
import { Button } from "../../components/button.js";
import { Formula } from "../../components/formula.js";
import { HeatMap } from "../../components/heat_map.js";
import { html, useMemo, useState } from "../../components/html.js";
import { short } from "../../components/numbers.js";
import { NumberField } from "../../components/number_field.js";
import { Panel } from "../../components/panel.js";
import { hiddenField, look, visibleField } from "../../energy/rbm.js";

/** Rows and columns of a picture of hidden units. @param {number} H */
const gridOfHidden = (H) => ({
  columns: H <= 16 ? 4 : H <= 64 ? 8 : 16,
  rows: H <= 16 ? 4 : H <= 64 ? H / 8 : 8,
});

/** The half-steps, in their order; each has its equation. */
const STAGES = /** @type {const} */ ([
  { id: "v", formula: "v" },
  { id: "ph", formula: "p(h = 1) = σ(c + W v)" },
  { id: "h", formula: "h = 1 if u < p(h)" },
  { id: "pv", formula: "p(v' = 1) = σ(b + h W)" },
  { id: "v2", formula: "v' = 1 if u < p(v')" },
  { id: "ph2", formula: "p(h' = 1) = σ(c + W v')" },
]);

/**
 * @param {{ live: import("./machine.js").Live, t: import("../../app/texts.js").Translate,
 *   steps: (n: number) => Promise<void>, unit: number, setUnit: (j: number) => void }} props
 */
export function HalfSteps({ live, t, steps, unit, setUnit }) {
  const { training, version } = live;
  const [stage, setStage] = useState(0);
  const [row, setRow] = useState(0);
  const [asked, ask] = useState(/** @type {{ id: string, cell: number } | null} */ (null));
  const seen = useMemo(
    () => (training && !live.running ? look(training) : null),
    [training, version, live.running],
  );
  if (!training) return null;
  const { units, settings } = training;
  const n = seen ? seen.phases.n : settings.batch;
  const r = Math.min(row, n - 1);
  const H = gridOfHidden(units.hidden);
  const part = (/** @type {string} */ id) => {
    if (!seen) return null;
    const values = /** @type {any} */ (seen.phases)[id];
    const size = id.includes("h") ? units.hidden : units.visible;
    return values.subarray(r * size, (r + 1) * size);
  };
  const last = STAGES.length;
  const next = async () => {
    ask(null);
    if (stage < last) setStage(stage + 1);
    else {
      await steps(1);
      setStage(0);
    }
  };
  return html`<${Panel}
    title=${t("dreams.half")}
    help=${{ text: t("dreams.help.half") }}
    class="half-steps"
  >
    ${
      !seen
        ? html`<p class="quiet-words">${t("dreams.half.pause")}</p>`
        : html`<div class="stages">
              ${STAGES.map(({ id, formula }, k) => {
                const hidden = id.includes("h");
                const grid = hidden ? H : { rows: 8, columns: 8 };
                const open = k <= stage;
                return html`<figure
                  key=${id}
                  class=${`stage ${open ? "" : "later"} ${k === stage ? "now" : ""}`}
                >
                  <figcaption>
                    <span class="stage-title">${t(`dreams.stage.${id}`)}</span>
                    <${Formula} text=${formula} />
                  </figcaption>
                  ${
                    open
                      ? html`<${HeatMap}
                          label=${t(`dreams.stage.${id}`)}
                          grid=${{ values: part(id), ...grid, range: [0, 1], palette: "sequential" }}
                          version=${`${version} ${r}`}
                          aspect=${grid.columns / grid.rows}
                          selected=${asked?.id === id ? { row: Math.floor(asked.cell / grid.columns), column: asked.cell % grid.columns } : null}
                          onSelect=${(/** @type {number} */ a, /** @type {number} */ b) => {
                            ask({ id, cell: a * grid.columns + b });
                            if (hidden) setUnit(a * grid.columns + b);
                          }}
                        />`
                      : html`<div
                          class="unknown"
                          style=${{ aspectRatio: String(grid.columns / grid.rows) }}
                        ></div>`
                  }
                </figure>`;
              })}
            </div>
            <p class="asked" role="status">
              ${asked ? said(t, training, seen.phases, r, asked) : t("dreams.half.ask")}
            </p>
            ${stage >= last && html`<${Update} training=${training} phases=${seen.phases} unit=${unit} t=${t} version=${version} />`}
            <div class="row">
              <${Button} kind="main" icon="step" onClick=${next}>
                ${t(stage < last - 1 ? "dreams.half.next" : stage < last ? "dreams.half.update" : "dreams.half.apply")}
              <//>
              <${Button} icon="back" disabled=${stage === 0} onClick=${() => setStage(stage - 1)}>
                ${t("dreams.half.back")}
              <//>
              <${NumberField}
                label=${t("dreams.row", { n })}
                value=${r + 1}
                min=${1}
                max=${n}
                integer=${true}
                inline=${true}
                onChange=${(/** @type {number} */ v) => setRow(v - 1)}
              />
            </div>`
    }
  <//>`;
}

/**
 * Where a number came from.
 *
 * @param {import("../../app/texts.js").Translate} t @param {import("../../energy/rbm.js").Training} training
 * @param {import("../../energy/rbm.js").Phases} phases @param {number} r
 * @param {{ id: string, cell: number }} asked
 */
function said(t, { units: { visible: V, hidden: H }, w, data }, phases, r, { id, cell }) {
  void data;
  if (id === "v") return t("dreams.said.v", { i: cell, v: short(phases.v[r * V + cell]) });
  if (id === "ph" || id === "ph2") {
    const v = (id === "ph" ? phases.v : phases.v2).slice(r * V, (r + 1) * V);
    const z = hiddenField(w, v, 1)[cell];
    return t("dreams.said.ph", {
      j: cell,
      c: short(w.c[cell]),
      sum: short(z - w.c[cell]),
      z: short(z),
      p: short(1 / (1 + Math.exp(-z))),
      v: id === "ph" ? "v" : "v′",
    });
  }
  if (id === "pv") {
    const z = visibleField(w, phases.h.slice(r * H, (r + 1) * H), 1)[cell];
    return t("dreams.said.pv", {
      i: cell,
      b: short(w.b[cell]),
      sum: short(z - w.b[cell]),
      z: short(z),
      p: short(1 / (1 + Math.exp(-z))),
    });
  }
  if (id === "h" && !phases.uh)
    return t("dreams.said.chain", { j: cell, h: phases.h[r * H + cell] });
  const [u, p, value, at] =
    id === "h"
      ? [phases.uh, phases.ph, phases.h, r * H + cell]
      : [phases.uv, phases.pv, phases.v2, r * V + cell];
  return t("dreams.said.sample", {
    unit: cell,
    u: short(u?.[at] ?? NaN),
    p: short(p[at]),
    sign: (u?.[at] ?? 1) < p[at] ? "<" : "≥",
    value: value[at],
  });
}

/** The statistics of one hidden unit: those of the data minus those of the model. @param {any} props */
function Update({ training, phases, unit, t, version }) {
  const { units, settings } = training;
  const [cell, setCell] = useState(/** @type {number | null} */ (null));
  const V = units.visible;
  const j = Math.min(unit, units.hidden - 1);
  const both = useMemo(() => {
    const mean = (/** @type {Float64Array} */ v, /** @type {Float64Array} */ h) => {
      const rows = v.length / V;
      const sum = new Float64Array(V);
      for (let k = 0; k < rows; k++)
        for (let i = 0; i < V; i++) sum[i] += (h[k * units.hidden + j] * v[k * V + i]) / rows;
      return sum;
    };
    const plus = mean(phases.v, phases.ph);
    const minus = mean(phases.v2, phases.ph2);
    return { plus, minus, change: plus.map((v, i) => settings.lr * (v - minus[i])) };
  }, [phases, j]);
  const most = Math.max(...both.change.map(Math.abs)) || 1;
  const picture = (/** @type {"plus" | "minus" | "change"} */ name) =>
    html`<figure>
      <figcaption>${t(`dreams.update.${name}`, { j })}</figcaption>
      <${HeatMap}
        label=${t(`dreams.update.${name}`, { j })}
        grid=${{
          values: both[name],
          rows: 8,
          columns: 8,
          range: name === "change" ? [-most, most] : [0, 1],
          palette: name === "change" ? "diverging" : "sequential",
        }}
        version=${`${version} ${j}`}
        selected=${cell === null ? null : { row: Math.floor(cell / 8), column: cell % 8 }}
        onSelect=${(/** @type {number} */ a, /** @type {number} */ b) => setCell(a * 8 + b)}
      />
    </figure>`;
  return html`<div class="update">
    <div><${Formula} text="W ← W + lr (⟨h v⟩⁺ − ⟨h v⟩⁻)" /></div>
    <div class="update-pictures">
      ${picture("plus")}<span class="sign" aria-hidden="true">−</span>${picture("minus")}
      <span class="sign" aria-hidden="true">→</span>${picture("change")}
    </div>
    <p role="status">
      ${
        cell === null
          ? t("dreams.update.ask", { j })
          : t("dreams.update.said", {
              i: cell,
              j,
              plus: short(both.plus[cell]),
              minus: short(both.minus[cell]),
              lr: short(settings.lr),
              change: short(both.change[cell]),
            })
      }
    </p>
  </div>`;
}
