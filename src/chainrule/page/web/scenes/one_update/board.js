// One moment: the way through the steps and stages, the drawing, the numbers, the explanation.
import { Refusal } from "../../app/refusal.js";
import { Button, IconButton } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { html, useEffect, useMemo, useState } from "../../components/html.js";
import { NumberField } from "../../components/number_field.js";
import { short } from "../../components/numbers.js";
import { Panel } from "../../components/panel.js";
import { Select } from "../../components/select.js";
import { useShortcuts } from "../../components/shortcuts.js";
import { Toggle } from "../../components/toggle.js";
import { Reading } from "../../components/transport.js";
import { placeOf } from "../../reference/arrays.js";
import { explained, linked, quantitiesOf, read } from "../../reference/explained.js";
import { indexed, number } from "../../reference/words.js";
import { numbersOf } from "../../reference/update_list.js";
import { Drawing } from "./drawing.js";
import { Explanation } from "./explanation.js";
import { StageView } from "./stage_view.js";
import { LAST_STEP } from "./state.js";

/** @typedef {import("./moment.js").Moment} Moment */
/** @typedef {import("../../reference/stages.js").Quantity} Quantity */

const LINKS = 300; // terms whose numbers are marked
const PAUSE = 1600; // milliseconds of a stage while it plays

/**
 * @param {{ state: import("./state.js").State, dispatch: (action: any) => void, moment: Moment,
 *   shown: boolean, last: number | null, first?: number, t: import("../../app/texts.js").Translate }} props
 *   `first` and `last` are the steps that can be shown; null: there is no end
 */
export function Board({ state, dispatch, moment, shown, last, first = 0, t }) {
  const [playing, play] = useState(false);
  const { stages } = moment;
  const quantities = useMemo(() => quantitiesOf(stages), [stages]);
  const at = Math.min(state.stage, stages.length - 1);
  const stage = stages[at];
  const look = useMemo(() => found(quantities, state.look), [quantities, state.look]);
  const marks = useMemo(() => marksOf(look, quantities), [look, quantities]);
  const most = last ?? LAST_STEP;

  /** @param {number} to */
  const goToStep = (to) => dispatch({ type: "step", to: Math.max(first, Math.min(most, to)) });
  /** @param {number} to */
  const goToStage = (to) =>
    dispatch({ type: "stage", to: Math.max(0, Math.min(stages.length - 1, to)) });
  const forward = () => {
    if (at < stages.length - 1) goToStage(at + 1);
    else if (moment.step < most) {
      goToStep(moment.step + 1);
      goToStage(0);
    } else play(false);
  };
  const backward = () => {
    if (at > 0) goToStage(at - 1);
    else if (moment.step > first) {
      goToStep(moment.step - 1);
      goToStage(20);
    }
  };
  useEffect(() => {
    if (!playing || !shown) return undefined;
    const timer = setTimeout(forward, PAUSE);
    return () => clearTimeout(timer);
  }, [playing, shown, at, moment]);
  useShortcuts([
    { key: "ArrowRight", label: t("one_update.stage.next"), run: forward },
    { key: "ArrowLeft", label: t("one_update.stage.back"), run: backward },
    { key: ".", label: t("one_update.next"), run: () => goToStep(moment.step + 1) },
    { key: ",", label: t("one_update.back"), run: () => goToStep(moment.step - 1) },
    { key: " ", label: t("one_update.play"), run: () => play(!playing) },
    { key: "Backspace", label: t("one_update.way.back"), run: () => dispatch({ type: "return" }) },
  ]);

  /** @param {string} where */
  const onLook = (where) => dispatch({ type: "look", to: where });
  /** @param {string} where @param {number} [step] */
  const onFollow = (where, step) => {
    if (step !== undefined && step !== moment.step) {
      dispatch({ type: "follow", to: where, step, stage: stages.length - 1 });
      return;
    }
    const next = found(quantities, where);
    const inside = next ? stages.findIndex((s) => s.quantities.includes(next.quantity)) : at;
    dispatch({ type: "follow", to: where, stage: inside < 0 ? at : inside });
  };
  const rows = Array.from(moment.rows, (row, k) => ({
    value: k,
    label: t("one_update.row.one", { row }),
  }));
  const row = state.row < moment.rows.length ? state.row : -1;
  return html`<div
    class=${`update-board ${state.big ? "big" : ""}`}
    data-step=${moment.step}
    data-network=${state.example}
  >
    <div class="update-way">
      <div class="transport" role="group" aria-label=${t("one_update.steps")}>
        <${IconButton}
          icon="start"
          label=${t("one_update.first")}
          disabled=${moment.step <= first}
          onClick=${() => goToStep(first)}
        />
        <${IconButton}
          icon="back"
          label=${t("one_update.back")}
          disabled=${moment.step <= first}
          onClick=${() => goToStep(moment.step - 1)}
        />
        <${IconButton}
          icon="step"
          label=${t("one_update.next")}
          disabled=${moment.step >= most}
          onClick=${() => goToStep(moment.step + 1)}
        />
        <${Button}
          kind="main"
          icon=${playing ? "pause" : "play"}
          pressed=${playing}
          onClick=${() => play(!playing)}
        >
          ${t(playing ? "one_update.pause" : "one_update.play")}
        <//>
      </div>
      <${NumberField}
        label=${t("one_update.step")}
        help=${{ text: t("one_update.step.help") }}
        value=${moment.step}
        min=${first}
        max=${most}
        integer
        inline
        onChange=${goToStep}
      />
      <${Reading} name=${t("one_update.epoch")}>${moment.epoch}<//>
      <${Reading} name=${t("one_update.loss")}>${short(moment.loss, 5)}<//>
      <${Toggle}
        label=${t("one_update.big")}
        help=${{ text: t("one_update.big.help") }}
        value=${state.big}
        onChange=${(/** @type {boolean} */ to) => dispatch({ type: "big", to })}
      />
    </div>
    <div class="update-stages" role="group" aria-label=${t("one_update.stages")}>
      ${stages.map(
        (s, k) =>
          html`<button
            type="button"
            key=${s.name}
            class="button"
            aria-pressed=${k === at}
            onClick=${() => goToStage(k)}
          >
            ${k + 1}. ${t(`one_update.stage.${s.name}`)}
          </button>`,
      )}
    </div>
    ${moment.foreign && html`<p class="quiet" role="status">${t("one_update.report.foreign")}</p>`}
    ${moment.large && moment.update.batch.x && html`<p class="quiet" role="status">${t("one_update.report.large")}</p>`}
    ${moment.failed && html`<p class="notice bad" role="alert">${t("one_update.failed")}</p>`}
    <${Drawing}
      moment=${moment}
      stage=${stage.name}
      quantities=${quantities}
      row=${row}
      look=${look}
      marks=${marks}
      onLook=${onLook}
      t=${t}
    />
    <div class="update-columns">
      <${Panel} title=${t(`one_update.stage.${stage.name}`)}>
        <div class="update-rows">
          <${Select}
            label=${t("one_update.row")}
            value=${row}
            options=${[{ value: -1, label: t("one_update.row.all") }, ...rows]}
            onChange=${(/** @type {number} */ to) => dispatch({ type: "row", to: Number(to) })}
          />
          <${Find} quantities=${quantities} onFind=${onFollow} t=${t} />
        </div>
        <p>
          ${t(`one_update.says.${stage.name}`)}
          <${InThisStep} moment=${moment} stage=${stage.name} t=${t} />
        </p>
        <${StageView}
          moment=${moment}
          stage=${stage}
          row=${row}
          look=${look}
          marks=${marks}
          onLook=${onLook}
          t=${t}
        />
      <//>
      <${Panel} title=${t("one_update.explanation")} class="update-side">
        <${Trail} state=${state} dispatch=${dispatch} t=${t} />
        <${Explanation}
          moment=${moment}
          quantities=${quantities}
          look=${look}
          canGoBack=${moment.step > first}
          onFollow=${onFollow}
          onRow=${(/** @type {number} */ to) => dispatch({ type: "row", to })}
          t=${t}
        />
      <//>
    </div>
  </div>`;
}

/** The numbers of the rule. @param {{ moment: Moment, stage: string, t: import("../../app/texts.js").Translate }} props */
function InThisStep({ moment, stage, t }) {
  if (stage !== "slots" && stage !== "new weights") return null;
  const { list, t: count } = moment.update;
  const numbers = Object.entries(numbersOf(list.optimizer)).map(
    ([name, value]) => `${name} = ${number(value, 6)}`,
  );
  return t("one_update.numbers", { numbers: [`t = ${count}`, ...numbers].join(", ") });
}

/**
 * The way to the number that is shown: each stop leads back.
 *
 * @param {{ state: import("./state.js").State, dispatch: (action: any) => void,
 *   t: import("../../app/texts.js").Translate }} props
 */
function Trail({ state, dispatch, t }) {
  if (!state.trail.length) return null;
  return html`<nav class="update-trail" aria-label=${t("one_update.way.label")}>
    <${IconButton}
      icon="left"
      label=${t("one_update.way.back")}
      onClick=${() => dispatch({ type: "return" })}
    />
    <ol>
      ${state.trail.map(({ step, look }, k) => {
        const name = look || t("one_update.stages");
        const words = step === state.step ? name : t("one_update.way.stop", { step, name });
        return html`<li key=${k}>
          <button
            type="button"
            class="update-link"
            onClick=${() => dispatch({ type: "return", to: k })}
          >
            ${words}
          </button>
        </li>`;
      })}
      <li aria-current="true">${state.look}</li>
    </ol>
  </nav>`;
}

/**
 * @param {{ quantities: Quantity[], onFind: (where: string) => void,
 *   t: import("../../app/texts.js").Translate }} props
 */
function Find({ quantities, onFind, t }) {
  const [text, type] = useState("");
  const [refusal, refuse] = useState(/** @type {Refusal | null} */ (null));
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    if (!text.trim()) return;
    const answer = read(quantities, text);
    if ("problem" in answer) {
      refuse(new Refusal(`one_update.find.${answer.problem}`, { near: answer.near }));
      return;
    }
    refuse(null);
    onFind(indexed(answer.quantity.symbol, answer.at));
  };
  return html`<form class="update-find" onSubmit=${submit}>
    <${Field}
      label=${t("one_update.find")}
      help=${{ text: t("one_update.find.help") }}
      refusal=${refusal}
    >
      ${(/** @type {string} */ id, /** @type {string | undefined} */ described) =>
        html`<span class="update-find-row">
          <input
            type="text"
            id=${id}
            aria-describedby=${described}
            placeholder="dW1[1, 0]"
            autocomplete="off"
            spellcheck=${false}
            maxlength="60"
            value=${text}
            onInput=${(/** @type {any} */ event) => type(event.target.value)}
          />
          <button type="submit" class="button">${t("one_update.show")}</button>
        </span>`}
    <//>
  </form>`;
}

/**
 * Return the entry that a text names; null if there is none.
 *
 * @param {Quantity[]} quantities
 * @param {string} text
 */
function found(quantities, text) {
  if (!text) return null;
  const answer = read(quantities, text);
  return "problem" in answer ? null : answer;
}

/**
 * Return the places of the numbers that an entry is made of, by quantity.
 *
 * @param {{ quantity: Quantity, at: number[] } | null} look
 * @param {Quantity[]} quantities
 */
function marksOf(look, quantities) {
  /** @type {Map<Quantity, Set<number>>} */
  const marks = new Map();
  if (!look) return marks;
  const one = explained(look.quantity, look.at);
  for (const term of one.terms.list(LINKS))
    for (const { entry } of linked(term.formula, quantities, look.quantity)) {
      if (!entry) continue;
      const places = marks.get(entry.quantity) ?? new Set();
      marks.set(entry.quantity, places.add(placeOf(entry.quantity.array.shape, entry.at)));
    }
  return marks;
}
