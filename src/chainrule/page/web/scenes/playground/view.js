// The playground: data on the left, the network in the middle, what it answers on the right.
import { Button } from "../../components/button.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../components/html.js";
import { Notice } from "../../components/notice.js";
import { percent, short } from "../../components/numbers.js";
import { Panel } from "../../components/panel.js";
import { Reading, Transport } from "../../components/transport.js";
import { AllNumbers, Card } from "./card.js";
import { DataPanel, InputsPanel } from "./data_panel.js";
import { LayersBar } from "./layers_bar.js";
import { NetworkView } from "./network_view.js";
import { OutputView } from "./output_view.js";
import { LossChart, Results } from "./results.js";
import { MOST_IN_LINK } from "./state.js";
import { PacePanel, rateOf, TrainingPanel, withRate } from "./training_panel.js";
import { useNumbers, useTrainer } from "./use_trainer.js";

const MOST_NUMBERS = 20_000; // of the rows that go to "One update"

/** @typedef {import("./trainer.js").Trainer} Trainer */
/** @typedef {import("./state.js").State} State */

/** @param {import("../scene.js").SceneProps & { shown?: boolean }} props */
export function View({ state, dispatch: send, page, t, shown = true }) {
  const trainer = useTrainer(state);
  const [selection, select] = useState(/** @type {any} */ (null));
  useEffect(() => {
    if (!shown) trainer.pause();
  }, [shown, trainer]);
  useEffect(() => select(null), [state.layers.length, state.features.length]);
  /** A bundled set becomes points of one's own when they are drawn on. @param {any} action */
  const dispatch = (action) => {
    const drawing = action.type === "set" && action.set === "given" && !state.data.given.y.length;
    if (drawing) send({ type: "take along", given: alongOf(trainer, state) });
    else send(action);
  };
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const room = useRoom(place);
  const { plan } = trainer;
  const many = state.data.set === "given" && state.data.given.y.length > MOST_IN_LINK;
  const notes = [
    ...(plan?.notes ?? []),
    ...(many
      ? [
          {
            key: "playground.link_points",
            values: { most: MOST_IN_LINK, count: state.data.given.y.length },
          },
        ]
      : []),
    ...(state.data.given.missing
      ? [{ key: "playground.link_missing", values: { count: state.data.given.missing } }]
      : []),
  ];
  return html`<h2>${t("playground.title")}</h2>
    <${Controls} trainer=${trainer} state=${state} dispatch=${send} t=${t} />
    <${Messages} trainer=${trainer} state=${state} dispatch=${send} t=${t} />
    <div class=${`playground-columns ${room}`} ref=${place}>
      <div class="stack data-column">
        <${DataPanel}
          state=${state}
          dispatch=${dispatch}
          refusal=${trainer.refusal}
          notes=${notes}
        />
        <${InputsPanel} state=${state} dispatch=${dispatch} />
        <${TrainingPanel}
          state=${state}
          dispatch=${send}
          classes=${plan?.rows.classes ?? 2}
          rows=${plan?.train.n ?? 100}
        />
        <${PacePanel} state=${state} dispatch=${send} />
        <div class="row">
          <${Button}
            icon="undo"
            kind="quiet"
            onClick=${() => {
              trainer.forgetGhosts();
              send({ type: "begin again" });
            }}
          >
            ${t("playground.begin_again")}
          <//>
          ${
            plan &&
            plan.train.x.length <= MOST_NUMBERS &&
            html`<${Button} icon="step" kind="quiet" onClick=${() => lookInto(page, plan)}>
              ${t("playground.one_update")}
            <//>`
          }
        </div>
      </div>
      <div class="stack network-column">
        <${Panel} title=${t("playground.network")} help=${{ text: t("playground.network.help") }}>
          <${LayersBar} state=${state} dispatch=${send} />
          <${NetworkView} trainer=${trainer} selection=${selection} onSelect=${select} />
          ${
            selection
              ? html`<${Card} trainer=${trainer} selection=${selection} onSelect=${select} />`
              : html`<p class="quiet-words">${t("playground.network.how")}</p>`
          }
        <//>
        <${LossChart} trainer=${trainer} state=${state} dispatch=${send} />
        <${AllNumbers} trainer=${trainer} selection=${selection} onSelect=${select} />
      </div>
      <div class="stack answers-column">
        <${OutputView} trainer=${trainer} state=${state} dispatch=${dispatch} />
        <${Results} trainer=${trainer} />
      </div>
    </div>`;
}

/** The same training from its beginning, in the scene "One update". @param {any} page @param {any} plan */
function lookInto(page, { network, train, fit }) {
  const data = { x: Array.from(train.x), y: Array.from(train.y), n: train.n };
  page.dispatch({ scene: "one_update", type: "own", value: { network, data, fit } });
  page.dispatch({ type: "go", to: "one_update" });
}

/** How many columns fit: the page may share its width with the Python code. @param {{ current: HTMLElement | null }} place */
function useRoom(place) {
  const [room, setRoom] = useState("three");
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const look = () => {
      const width = element.clientWidth;
      if (width) setRoom(width < 700 ? "one" : width < 1060 ? "two" : "three");
    };
    look();
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [place]);
  return room;
}

/** The points that are shown, as points of one's own. @param {Trainer} trainer @param {State} state */
function alongOf({ plan }, state) {
  const none = { names: ["x1", "x2"], x: [], y: [], words: null };
  if (!plan || state.data.set === "given") return none;
  const { columns, y, n } = plan.rows;
  const round = (/** @type {number} */ v) => Number(v.toFixed(4));
  const x = Array.from({ length: 2 * n }, (_, i) => round(columns[i % 2][i >> 1]));
  return { ...none, x, y: [...y].map(round) };
}

/** @param {{ trainer: Trainer, state: State, dispatch: (action: any) => void, t: any }} props */
function Controls({ trainer, state, dispatch, t }) {
  useNumbers(trainer);
  const { playing, plan, branches } = trainer;
  const ready = Boolean(trainer.session && plan && !trainer.refusal);
  const look = ready ? trainer.look : null;
  const step = look?.step ?? 0;
  const last = look?.last ?? 0;
  const measures = look?.test ?? look?.train;
  return html`<div class="sticky" aria-busy=${playing || trainer.busy}>
    <${Transport}
      playing=${playing}
      disabled=${!ready}
      canBack=${step > 0}
      onPlay=${(/** @type {boolean} */ on) => (on ? trainer.play() : trainer.pause())}
      onBack=${() => trainer.back()}
      onStep=${() => trainer.step()}
      onEpoch=${() => trainer.epoch()}
      onReset=${() => trainer.reset()}
      onNew=${() => dispatch({ type: "change", changes: { seed: (state.seed + 1) % 2 ** 32 } })}
      onBranch=${branches.length < 6 && step > 0 ? () => trainer.fork() : undefined}
    >
      <${Reading} name=${t("playground.epoch")}>${look ? Math.floor(look.epoch) : "–"}<//>
      <${Reading} name=${t("playground.step")}>${look ? step : "–"}<//>
      <${Reading} name=${t("playground.loss")}>${look ? short(look.train.loss, 3) : "–"}<//>
      ${look?.test && html`<${Reading} name=${t("playground.test.loss")}>${short(look.test.loss, 3)}<//>`}
      ${
        measures &&
        (measures.accuracy !== undefined
          ? html`<${Reading}
              name=${t(look?.test ? "playground.test.accuracy" : "playground.accuracy")}
            >
              ${percent(measures.accuracy)}
            <//>`
          : html`<${Reading} name=${t(look?.test ? "playground.test.r2" : "playground.r2")}>
              ${short(measures.r2 ?? NaN, 3)}
            <//>`)
      }
    <//>
    ${
      last > 0 &&
      !playing &&
      html`<div class="time-line">
        <label for="playground-time">${t("playground.time")}</label>
        <input
          id="playground-time"
          type="range"
          min="0"
          max=${last}
          value=${step}
          aria-valuetext=${t("playground.time.value", { step, last })}
          onInput=${(/** @type {any} */ event) => trainer.goTo(Number(event.target.value))}
        />
        <output for="playground-time">${step} / ${last}</output>
      </div>`
    }
    ${
      branches.length > 1 &&
      html`<div class="branches" role="group" aria-label=${t("playground.branches")}>
        <span>${t("playground.branches")}</span>
        ${branches.map(
          (branch, k) =>
            html`<button
              type="button"
              key=${branch.name}
              class="button"
              aria-pressed=${k === trainer.current}
              onClick=${() => {
                const settings = trainer.show(k);
                if (settings) dispatch({ type: "restore", state: settings });
              }}
            >
              ${k ? t("playground.branch.from", { name: branch.name, step: branch.from }) : branch.name}
            </button>`,
        )}
      </div>`
    }
  </div>`;
}

/** What is off, in words, with what to do. @param {{ trainer: Trainer, state: State, dispatch: (action: any) => void, t: any }} props */
function Messages({ trainer, state, dispatch, t }) {
  useNumbers(trainer);
  const { stopped, dead, look } = trainer;
  const diverged = stopped?.key === "playground.diverged";
  const lr = rateOf(state);
  const deadUnits = dead
    .map((units, k) => ({ layer: k + 1, units }))
    .filter(({ units }) => units.length > 0)
    .map(({ layer, units }) => {
      const shown = units.slice(0, 6);
      const more = units.length > shown.length ? " …" : "";
      return t("playground.dead.layer", { layer, units: shown.join(", ") + more });
    });
  return html`${
    stopped &&
    html`<${Notice}
      kind=${diverged ? "bad" : "good"}
      onClose=${() => {
        trainer.stopped = null;
        trainer.changed(true);
      }}
    >
      <p>${t(stopped.key, stopped.values)}</p>
      <div class="row">
        ${
          diverged &&
          html`<${Button}
              icon="back"
              onClick=${() => trainer.goTo(Math.max(0, (look?.step ?? 0) - 20))}
            >
              ${t("playground.go_back")}
            <//>
            ${
              lr !== null &&
              html`<${Button}
                icon="reset"
                onClick=${() => {
                  dispatch({
                    type: "change",
                    changes: withRate(state, Number((lr / 10).toPrecision(3))),
                  });
                  trainer.reset();
                }}
              >
                ${t("playground.lower_rate", { lr: short(lr / 10, 3) })}
              <//>`
            }`
        }
        ${
          stopped.values.best !== undefined &&
          stopped.values.best !== stopped.values.epoch &&
          html`<${Button} icon="back" onClick=${() => trainer.goTo(Number(stopped.values.step))}>
            ${t("playground.to_best", { best: stopped.values.best })}
          <//>`
        }
      </div>
    <//>`
  }
  ${
    deadUnits.length > 0 &&
    (look?.step ?? 0) > 0 &&
    html`<${Notice} kind="warning">
      ${t("playground.dead", { units: deadUnits.slice(0, 4).reduce((units, others) => t("playground.dead.more", { units, others })) })}
    <//>`
  }`;
}
