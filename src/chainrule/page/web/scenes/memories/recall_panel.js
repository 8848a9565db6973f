// A damaged state runs downhill, unit by unit; the energy falls, and each decision can be asked.
import { useAnimation } from "../../components/animation.js";
import { BarRow } from "../../components/bar_row.js";
import { Button } from "../../components/button.js";
import { Choice } from "../../components/choice.js";
import { HeatMap } from "../../components/heat_map.js";
import { html, useEffect, useMemo, useRef, useState } from "../../components/html.js";
import { LineChart } from "../../components/line_chart.js";
import { Notice } from "../../components/notice.js";
import { NumberField } from "../../components/number_field.js";
import { short } from "../../components/numbers.js";
import { Panel } from "../../components/panel.js";
import { PixelCanvas } from "../../components/pixel_canvas.js";
import { Slider } from "../../components/slider.js";
import { Reading, Transport } from "../../components/transport.js";
import { overlaps, symmetric } from "../../energy/couplings.js";
import { namer } from "../../energy/names.js";
import { energiesAlong, glauber, settle, settleAll, stateBefore } from "../../energy/recall.js";
import { pack } from "./patterns.js";
import { shades } from "./picture.js";

const SPEEDS = [2, 10, 50, 250];

/** The recall of a state. @param {any} c @param {Int8Array} start @param {import("./state.js").State} state */
function recallOf(c, start, { order, seed, temperature }) {
  if (order === "synchronous" && temperature === 0) return settleAll(c, start);
  const walk = order === "synchronous" ? "random" : order;
  return temperature > 0
    ? glauber(c, start, { order: walk, seed, temperature, sweeps: 20 })
    : settle(c, start, { order: walk, seed, visits: true });
}

/** A name in words. @param {import("../../app/texts.js").Translate} t @param {import("../../energy/names.js").Name} name */
export const named = (t, { kind, text }) => t(`memories.name.${kind}`, { k: text });

/**
 * @param {{ state: import("./state.js").State, dispatch: (action: any) => void,
 *   t: import("../../app/texts.js").Translate, patterns: Int8Array[], start: Int8Array,
 *   c: import("../../energy/couplings.js").Couplings }} props
 */
export function RecallPanel({ state, dispatch, t, patterns, start, c }) {
  const { rows, columns } = state;
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(SPEEDS[2]);
  const [asked, ask] = useState(/** @type {number | null} */ (null));
  const exactAt = useRef(0);
  const before = useRef(0);
  const recall = useMemo(
    () => recallOf(c, start, state),
    [c, state.start, state.order, state.seed, state.temperature],
  );
  const energies = useMemo(
    () => (symmetric(c) ? energiesAlong(c, start, recall) : null),
    [c, recall],
  );
  const name = useMemo(() => namer(patterns), [state.patterns, rows, columns]);
  const all = recall.states ? recall.states.length - 1 : recall.visits.length;
  const go = (/** @type {number} */ k) => {
    exactAt.current = Math.max(0, Math.min(all, k));
    setAt(Math.floor(exactAt.current));
    ask(null);
  };
  useEffect(() => go(0), [recall]);
  const here = Math.min(at, all);
  useAnimation(playing, (time) => {
    const passed = before.current ? Math.min(100, time - before.current) : 16;
    before.current = time;
    go(exactAt.current + (passed * speed) / 1000);
    if (exactAt.current >= all) setPlaying(false);
  });
  const play = (/** @type {boolean} */ on) => {
    before.current = 0;
    if (on && here >= all) go(0);
    setPlaying(on);
  };
  const s = stateBefore(start, recall, here);
  const next = recall.states ? null : (recall.visits[here] ?? null);
  const unit = asked ?? next?.unit ?? null;
  const shares = overlaps(patterns, s);
  const end = name(recall.state);
  const nextFlip = () => {
    let k = here;
    while (k < all && !recall.visits[k]?.changed) k++;
    go(k + 1);
  };
  return html`<${Panel}
    title=${t("memories.recall")}
    class="recall-panel"
    help=${{ text: t("memories.help.recall") }}
  >
    <div class="recall-pictures">
      <figure>
        <figcaption>${t("memories.damaged")}</figcaption>
        <${PixelCanvas}
          label=${t("memories.damaged.draw")}
          values=${shades(start)}
          rows=${rows}
          columns=${columns}
          brush="pixel"
          onChange=${(/** @type {Float32Array} */ values) => dispatch({ type: "start", to: pack(values) })}
        />
      </figure>
      <figure>
        <figcaption>
          ${t("memories.now")}${unit !== null && html` · ${t("memories.unit", { unit })}`}
        </figcaption>
        <${HeatMap}
          label=${t("memories.state")}
          grid=${{ values: s, rows, columns, range: [-1, 1], palette: "sequential" }}
          version=${`${here} ${state.start}`}
          selected=${unit === null ? null : { row: Math.floor(unit / columns), column: unit % columns }}
          onSelect=${(/** @type {number} */ r, /** @type {number} */ k) => ask(r * columns + k)}
        />
      </figure>
    </div>
    <${Damage} state=${state} dispatch=${dispatch} t=${t} />
    <${Transport}
      playing=${playing}
      onPlay=${play}
      onStep=${() => go(here + 1)}
      onBack=${() => go(here - 1)}
      onEpoch=${recall.states ? undefined : nextFlip}
      canBack=${here > 0}
      onReset=${() => {
        setPlaying(false);
        go(0);
      }}
      labels=${{
        play: t("memories.play"),
        step: t("memories.step"),
        back: t("memories.back"),
        epoch: t("memories.flip"),
        reset: t("memories.begin"),
      }}
    >
      <${Reading} name=${t("memories.visit")}>${here} / ${all}<//>
      ${energies && html`<${Reading} name=${t("memories.energy")}>${short(energies[Math.min(here, energies.length - 1)])}<//>`}
    <//>
    <div class="row">
      <${Choice}
        label=${t("memories.speed")}
        value=${speed}
        options=${SPEEDS.map((value) => ({ value, label: String(value) }))}
        onChange=${setSpeed}
      />
      <${Choice}
        label=${t("memories.order")}
        value=${state.order}
        options=${["random", "fixed", "synchronous"].map((value) => ({
          value,
          label: t(`memories.order.${value}`),
        }))}
        help=${{ text: t("memories.help.order") }}
        onChange=${(/** @type {string} */ to) => dispatch({ type: "order", to })}
      />
    </div>
    <${Verdict}
      t=${t}
      recall=${recall}
      end=${end}
      here=${here}
      all=${all}
      temperature=${state.temperature}
    />
    ${
      energies
        ? html`<${LineChart}
            label=${t("memories.energy")}
            series=${[{ name: t("memories.energy"), y: energies }]}
            xLabel=${t("memories.visit")}
            yLabel="E"
            marker=${here}
            version=${energies}
            height=${170}
            onPick=${go}
          />`
        : html`<${Notice} kind="info" small=${true}>${t("memories.noenergy")}<//>`
    }
    <h4>${t("memories.overlaps")}</h4>
    <${BarRow}
      label=${t("memories.overlaps")}
      values=${shares}
      names=${shares.map((_, k) => t("memories.memory", { k }))}
      best=${shares.indexOf(Math.max(...shares))}
      shares=${false}
    />
    ${unit !== null && html`<${Field} c=${c} s=${s} unit=${unit} t=${t} rows=${rows} columns=${columns} T=${state.temperature} />`}
    <div class="two">
      <${NumberField}
        label=${t("memories.seed")}
        value=${state.seed}
        min=${0}
        max=${2 ** 32 - 1}
        integer=${true}
        help=${{ text: t("memories.help.seed") }}
        onChange=${(/** @type {number} */ to) => dispatch({ type: "seed", to })}
      />
      <${NumberField}
        label=${t("memories.temperature")}
        value=${state.temperature}
        min=${0}
        max=${10}
        help=${{ text: t("memories.help.temperature"), equation: "P(s_i = 1) = 1 / (1 + exp(−2 h_i / T))" }}
        onChange=${(/** @type {number} */ to) => dispatch({ type: "temperature", to })}
      />
    </div>
  <//>`;
}

/** @param {any} props */
function Damage({ state, dispatch, t }) {
  return html`<div class="damage">
    <${Slider}
      label=${t("memories.noise")}
      value=${state.noise}
      min=${0}
      max=${1}
      step=${0.01}
      help=${{ text: t("memories.help.noise") }}
      onChange=${(/** @type {number} */ to) => dispatch({ type: "noise", to })}
    />
    <div class="row" role="group" aria-label=${t("memories.damage")}>
      ${["noise", "half", "crop", "invert", "random", "none"].map(
        (how) =>
          html`<${Button} key=${how} onClick=${() => dispatch({ type: "damage", how })}>
            ${t(`memories.damage.${how}`)}
          <//>`,
      )}
    </div>
  </div>`;
}

/** What the recall ends in. @param {any} props */
function Verdict({ t, recall, end, here, all, temperature }) {
  const good = end.kind === "memory" && recall.ended === "fixed point";
  const done = here >= all;
  const how =
    recall.ended === "limit" && temperature > 0 ? "warm" : recall.ended.replace(/[ -]/g, "_");
  return html`<div class=${`verdict ${done ? (good ? "good" : "other") : ""}`} role="status">
    <strong>${done ? named(t, end) : t("memories.underway")}</strong>
    ${done && html`<span>${t(`memories.ended.${how}`, { n: recall.sweeps })} ${t(`memories.told.${end.kind}`)}</span>`}
  </div>`;
}

/** The field of a unit as a sum, each term of which can be asked. @param {any} props */
function Field({ c, s, unit, t, rows, columns, T }) {
  const [term, setTerm] = useState(/** @type {number | null} */ (null));
  const N = c.units;
  const terms = Float64Array.from({ length: N }, (_, j) => c.weights[unit * N + j] * s[j]);
  const h = terms.reduce((sum, v) => sum + v, 0);
  const clean = Math.abs(h) < 1e-12 ? 0 : h;
  const wanted = clean === 0 ? s[unit] : Math.sign(clean);
  const up = terms.reduce((sum, v) => sum + Math.max(v, 0), 0);
  return html`<div class="field-sum">
    <h4>${t("memories.field", { unit })}</h4>
    <div class="field-parts">
      <${HeatMap}
        label=${t("memories.field.terms", { unit })}
        grid=${{ values: terms, rows, columns }}
        version=${`${unit} ${s.join("")} ${c.weights[1]}`}
        selected=${term === null ? null : { row: Math.floor(term / columns), column: term % columns }}
        onSelect=${(/** @type {number} */ r, /** @type {number} */ k) => setTerm(r * columns + k)}
      />
      <div>
        <p>
          ${t("memories.field.sum", { unit, up: short(up), down: short(up - h), h: short(clean) })}
        </p>
        <p>
          <strong
            >${
              T > 0
                ? t("memories.field.warm", { p: short(1 / (1 + Math.exp((-2 * h) / T)), 3) })
                : clean === 0
                  ? t("memories.field.zero")
                  : t(wanted === s[unit] ? "memories.field.stays" : "memories.field.flips", {
                      sign: wanted > 0 ? "+1" : "−1",
                    })
            }</strong
          >
        </p>
        <p class="quiet-words">
          ${
            term === null
              ? t("memories.field.ask")
              : t("memories.field.term", {
                  i: unit,
                  j: term,
                  w: short(c.weights[unit * N + term]),
                  s: s[term] > 0 ? "+1" : "−1",
                  value: short(terms[term]),
                })
          }
        </p>
      </div>
    </div>
  </div>`;
}
