// Optimizers: any of them race down a map, and a part of one becomes another.
import { useAnimation } from "../../components/animation.js";
import { Choice } from "../../components/choice.js";
import { html, useEffect, useMemo, useRef, useState } from "../../components/html.js";
import { LineChart } from "../../components/line_chart.js";
import { Notice } from "../../components/notice.js";
import { NumberField } from "../../components/number_field.js";
import { short } from "../../components/numbers.js";
import { usePage } from "../../components/page_context.js";
import { lineColor } from "../../components/palette.js";
import { Panel } from "../../components/panel.js";
import { Select } from "../../components/select.js";
import { Slider } from "../../components/slider.js";
import { useSliced } from "../../components/sliced.js";
import { TextField } from "../../components/text_area.js";
import { Reading, Transport } from "../../components/transport.js";
import { RaceMap } from "./map.js";
import { PartsPanel } from "./parts_panel.js";
import * as python from "./python.js";
import { noiseOf, race } from "./race.js";
import { letter, nameOfRacer, RacersPanel } from "./racers_panel.js";
import { initial, read, reduce, STEPS, surfaceOf, write } from "./state.js";
import { SURFACES } from "./surfaces.js";
import { texts } from "./texts.js";
import { bestRate, hasRate } from "./tune.js";

const SPEEDS = [2, 10, 50, 250]; // steps a second

/** The map of the state, or why there is none. @param {import("./state.js").State} state */
function mapOf(state) {
  try {
    return { surface: surfaceOf(state), refusal: null };
  } catch (refusal) {
    return { surface: null, refusal };
  }
}

/** @param {import("../scene.js").SceneProps} props */
function View({ state, dispatch, t }) {
  const { dark, announce } = usePage();
  const { surface: found, refusal } = useMemo(
    () => mapOf(state),
    [state.surface, state.formula, state.view, state.noise],
  );
  const good = useRef(found ?? SURFACES[0]);
  if (found) good.current = found;
  const surface = good.current;
  const start = state.start ?? surface.start;
  const noise = useMemo(() => noiseOf(state.seed, state.steps), [state.seed, state.steps]);
  const racers = useMemo(
    () =>
      state.racers.map((/** @type {import("./race.js").Racer} */ racer) => ({
        ...racer,
        parts: state.parts,
      })),
    [state.racers, state.parts],
  );
  const key = JSON.stringify([surface, start, racers, state.steps, state.seed]);
  const { value, key: of } = useSliced(key, function* () {
    return { paths: yield* race(surface, start, racers, state.steps, noise), racers };
  });
  // while a new race is computed, the one of before is shown, if it has the same racers
  const same = value && (of === key || value.racers.length === racers.length);
  const paths = same ? value.paths : [];
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(SPEEDS[2]);
  const exactAt = useRef(0);
  const before = useRef(0);
  const go = (/** @type {number} */ step) => {
    exactAt.current = Math.max(0, Math.min(state.steps, step));
    setAt(Math.floor(exactAt.current));
  };
  useEffect(() => {
    if (at > state.steps) go(state.steps);
  }, [state.steps]);
  useAnimation(playing, (time) => {
    const passed = before.current ? Math.min(100, time - before.current) : 16;
    before.current = time;
    go(exactAt.current + (passed * speed) / 1000);
    if (exactAt.current >= state.steps) setPlaying(false);
  });
  const play = (/** @type {boolean} */ on) => {
    before.current = 0;
    if (on && at >= state.steps) go(0);
    setPlaying(on);
  };
  const first = useRef(true);
  useEffect(() => {
    // a scene that moves shows at once what it is about; who wants no motion sees the end
    if (!first.current) return;
    first.current = false;
    go(Math.min(200, state.steps));
  }, []);
  const tuning = useRef(0);
  useEffect(() => () => clearTimeout(tuning.current), []);
  const tune = () => {
    const all = state.racers;
    /** One racer at a time, so that the page never waits. @param {number} k */
    const next = (k) => {
      if (k >= all.length) {
        announce(t("optimizers.tuned"));
        return;
      }
      if (hasRate(all[k])) {
        const one = { ...all[k], parts: state.parts };
        const to = bestRate(surface, start, one, Math.min(state.steps, 500), noise);
        dispatch({ type: "setting", racer: k, name: "lr", to });
      }
      tuning.current = window.setTimeout(() => next(k + 1));
    };
    next(0);
  };
  const colors = state.racers.map((/** @type {any} */ _, /** @type {number} */ k) =>
    lineColor(k, dark),
  );
  const names = state.racers.map((/** @type {any} */ _, /** @type {number} */ k) => letter(k));
  const live = paths
    .map((/** @type {import("./race.js").Path} */ path, /** @type {number} */ k) => {
      const last = Math.min(at, path.loss.length - 1);
      return `${names[k]} ${nameOfRacer(t, state, k)}: ${short(path.loss[last])}`;
    })
    .join(", ");
  return html`<h2 tabindex="-1">${t("optimizers.title")}</h2>
    <p class="lead">${t("optimizers.lead")}</p>
    <div class="columns right">
      <div class="seen-first">
        <div class="map-head">
          <${Select}
            label=${t("optimizers.map")}
            value=${state.surface}
            inline=${true}
            options=${[...SURFACES.map(({ id }) => id), "own"].map((id) => ({
              value: id,
              label: t(`optimizers.map.${id}`),
              help: { text: t(`optimizers.help.map.${id}`) },
            }))}
            onChange=${(/** @type {string} */ to) =>
              dispatch(to === "own" ? { type: "own" } : { type: "map", to })}
          />
        </div>
        ${state.surface === "own" && html`<${Own} state=${state} dispatch=${dispatch} t=${t} refusal=${refusal} />`}
        <${RaceMap}
          surface=${surface}
          start=${start}
          paths=${paths}
          names=${names}
          colors=${colors}
          at=${at}
          chosen=${state.chosen}
          label=${t("optimizers.map.label", { x: short(start[0]), y: short(start[1]), step: at, live })}
          onStart=${(/** @type {[number, number]} */ to) => dispatch({ type: "start", to })}
        />
        <p class="quiet-words map-note">${t("optimizers.map.note")}</p>
        <${Transport}
          playing=${playing}
          onPlay=${play}
          onStep=${() => go(at + 1)}
          onBack=${() => go(at - 1)}
          canBack=${at > 0}
          onReset=${() => {
            setPlaying(false);
            go(0);
          }}
          labels=${{ play: t("optimizers.play"), reset: t("optimizers.begin") }}
        >
          <${Reading} name=${t("optimizers.step")}>${at}<//>
        <//>
        <${Slider}
          label=${t("optimizers.step")}
          value=${at}
          min=${0}
          max=${state.steps}
          step=${1}
          integer=${true}
          onChange=${go}
        />
        <div class="row">
          <${Choice}
            label=${t("optimizers.speed")}
            value=${speed}
            options=${SPEEDS.map((value) => ({ value, label: t("optimizers.speed.of", { n: value }) }))}
            onChange=${setSpeed}
          />
          <${Select}
            label=${t("optimizers.steps")}
            value=${state.steps}
            options=${STEPS.map((value) => ({ value, label: String(value) }))}
            onChange=${(/** @type {number} */ to) => dispatch({ type: "steps", to })}
          />
          ${
            (surface.noise ?? 0) > 0 &&
            html`<${NumberField}
              label=${t("optimizers.seed")}
              value=${state.seed}
              min=${0}
              max=${2 ** 32 - 1}
              integer=${true}
              help=${{ text: t("optimizers.help.seed") }}
              onChange=${(/** @type {number} */ to) => dispatch({ type: "seed", to })}
            />`
          }
          <${NumberField}
            label=${t("optimizers.noise")}
            value=${surface.noise ?? 0}
            min=${0}
            max=${10}
            help=${{ text: t("optimizers.help.noise") }}
            onChange=${(/** @type {number} */ to) => dispatch({ type: "noise", to })}
          />
        </div>
      </div>
      <div>
        <${RacersPanel}
          state=${state}
          dispatch=${dispatch}
          t=${t}
          colors=${colors}
          onTune=${tune}
        />
      </div>
    </div>
    <div class="columns even">
      <div><${PartsPanel} state=${state} dispatch=${dispatch} t=${t} /></div>
      <div>
        <${Panel} title=${t("optimizers.loss")} help=${{ text: t("optimizers.help.loss") }}>
          <${Loss}
            paths=${paths}
            surface=${surface}
            names=${names}
            state=${state}
            t=${t}
            colors=${colors}
            at=${at}
            onPick=${go}
          />
        <//>
        <${Panel} title=${t("optimizers.arrivals")} help=${{ text: t("optimizers.help.arrivals") }}>
          <${Arrivals}
            paths=${paths}
            state=${state}
            names=${names}
            t=${t}
            colors=${colors}
            at=${at}
          />
        <//>
      </div>
    </div>
    <p class="quiet-words">${t("optimizers.bits")}</p>`;
}

/** A formula of one's own and the part of the plane that is shown.
 * @param {{ state: import("./state.js").State, dispatch: (action: any) => void,
 *   t: import("../../app/texts.js").Translate, refusal: any }} props */
function Own({ state, dispatch, t, refusal }) {
  const [x0, x1, y0, y1] = state.view;
  const set = (/** @type {number} */ k) => (/** @type {number} */ to) =>
    dispatch({ type: "own", view: state.view.map((v, i) => (i === k ? to : v)) });
  return html`<div class="own-map">
    <${TextField}
      label=${t("optimizers.formula")}
      value=${state.formula}
      code=${true}
      refusal=${refusal}
      help=${{ text: t("optimizers.help.formula") }}
      onChange=${(/** @type {string} */ formula) => dispatch({ type: "own", formula })}
    />
    <div class="view-numbers">
      <${NumberField}
        label=${t("optimizers.view.x0")}
        value=${x0}
        min=${-1e4}
        below=${x1}
        onChange=${set(0)}
      />
      <${NumberField}
        label=${t("optimizers.view.x1")}
        value=${x1}
        above=${x0}
        max=${1e4}
        onChange=${set(1)}
      />
      <${NumberField}
        label=${t("optimizers.view.y0")}
        value=${y0}
        min=${-1e4}
        below=${y1}
        onChange=${set(2)}
      />
      <${NumberField}
        label=${t("optimizers.view.y1")}
        value=${y1}
        above=${y0}
        max=${1e4}
        onChange=${set(3)}
      />
    </div>
  </div>`;
}

/** f above its lowest value over the steps.
 * @param {any} props */
function Loss({ paths, surface, names, state, t, colors, at, onPick }) {
  const low = surface.minima.length ? surface.f(...surface.minima[0]) : 0;
  const series = useMemo(
    () =>
      paths.map((/** @type {import("./race.js").Path} */ path, /** @type {number} */ k) => ({
        name: `${names[k]} ${nameOfRacer(t, state, k)}`,
        y: path.loss.map((v) => v - low),
        color: colors[k],
      })),
    [paths, surface, t, colors.join()],
  );
  return html`<${LineChart}
    label=${t("optimizers.loss")}
    series=${series}
    xLabel=${t("optimizers.step")}
    yLabel=${low === 0 ? "f" : t("optimizers.above", { low: short(low) })}
    log=${true}
    xRange=${[0, state.steps]}
    marker=${at}
    version=${series}
    onPick=${onPick}
    height=${240}
  />`;
}

/** Who arrived when. @param {any} props */
function Arrivals({ paths, state, names, t, colors, at }) {
  const rows = paths.map(
    (/** @type {import("./race.js").Path} */ path, /** @type {number} */ k) => ({
      k,
      path,
      rank: path.arrived >= 0 ? path.arrived : path.diverged >= 0 ? Infinity : 1e9,
    }),
  );
  rows.sort(
    (/** @type {any} */ a, /** @type {any} */ b) =>
      a.rank - b.rank || a.path.lowest - b.path.lowest || a.k - b.k,
  );
  return html`<div
    class="arrivals"
    role="group"
    tabindex="0"
    aria-label=${t("optimizers.arrivals")}
  >
    <table>
      <thead>
        <tr>
          <th scope="col">${t("optimizers.col.racer")}</th>
          <th scope="col">${t("optimizers.col.arrived")}</th>
          <th scope="col">${t("optimizers.col.now")}</th>
          <th scope="col">${t("optimizers.col.lowest")}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((/** @type {any} */ { k, path }) => {
          const last = Math.min(at, path.loss.length - 1);
          return html`<tr key=${k}>
            <th scope="row">
              <span class="letter" style=${{ background: colors[k] }}>${names[k]}</span>
              ${nameOfRacer(t, state, k)}
            </th>
            <td class=${path.diverged >= 0 ? "bad" : path.arrived >= 0 ? "good" : ""}>
              ${
                path.diverged >= 0
                  ? t("optimizers.diverged", { n: path.diverged })
                  : path.arrived >= 0
                    ? t("optimizers.arrived", { n: path.arrived })
                    : t("optimizers.underway")
              }
            </td>
            <td>(${short(path.x[last], 3)}, ${short(path.y[last], 3)})</td>
            <td>${short(path.lowest)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
    ${
      paths.some((/** @type {any} */ p) => p.diverged >= 0) &&
      html`<${Notice} kind="warning" small=${true}
        >${t(paths.every((/** @type {any} */ p) => Number.isNaN(p.loss[0])) ? "optimizers.start.none" : "optimizers.diverged.why")}<//
      >`
    }
  </div>`;
}

/** @type {import("../scene.js").Scene} */
export const scene = {
  id: "optimizers",
  texts,
  initial,
  reduce,
  View,
  link: { write, read },
  python: { write: python.write, read: python.read },
};
