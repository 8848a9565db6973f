// What is to be learned: bundled sets, points drawn by hand, a table, a formula.
import { Button } from "../../components/button.js";
import { Choice } from "../../components/choice.js";
import { html, useState } from "../../components/html.js";
import { Icon } from "../../components/icon.js";
import { Notice } from "../../components/notice.js";
import { NumberField } from "../../components/number_field.js";
import { usePage } from "../../components/page_context.js";
import { Disclosure, Panel } from "../../components/panel.js";
import { Checkbox, Toggle } from "../../components/toggle.js";
import { Slider } from "../../components/slider.js";
import { TextField } from "../../components/text_area.js";
import { Select } from "../../components/select.js";
import {
  LEAST_POINTS,
  MOST_CLASSES,
  MOST_POINTS,
  planeFormula,
  SETS,
} from "../../data/datasets.js";
import { parseFormula } from "../../data/formula.js";
import { FEATURES } from "./catalogue.js";
import { inputLabel } from "./network_view.js";
import { columnsOf, MOST_FEATURES, symbolsOf, taskOf } from "./state.js";
import { TableChooser } from "./table_chooser.js";
import { Thumbnail } from "./thumbnail.js";

/** @typedef {import("./state.js").State} State */

const FOR_CLASSES = ["spirals", "circles", "moons", "blobs", "xor", "checkerboard", "stripes"];
const FOR_NUMBERS = ["plane", "hill", "hills", "sine", "saddle"];

/**
 * @param {{ state: State, dispatch: (action: any) => void, refusal: Error | null, notes: any[] }} props
 */
export function DataPanel({ state, dispatch, refusal, notes }) {
  const { t } = usePage();
  const { data } = state;
  const task = taskOf(data);
  const bundled = Object.hasOwn(SETS, data.set);
  /** @param {any} changes */
  const change = (changes) => dispatch({ type: "data", changes });
  /** @param {string} set */
  const choose = (set) => dispatch({ type: "set", set });
  /** @param {"classes" | "number"} next */
  const chooseTask = (next) => {
    if (next === task) return;
    if (data.set === "formula") change({ task: next });
    else if (data.set === "given") {
      dispatch({ type: "clear" });
      change({ task: next });
    } else choose(next === "classes" ? "spirals" : "hills");
  };
  const names = task === "classes" ? FOR_CLASSES : FOR_NUMBERS;
  return html`<${Panel} title=${t("playground.data")} help=${{ text: t("playground.data.help") }}>
    <${Choice}
      label=${t("playground.task")}
      value=${task}
      options=${["classes", "number"].map((value) => ({ value, label: t(`playground.task.${value}`) }))}
      onChange=${chooseTask}
    />
    <div class="sets">
      <${Choice}
        label=${t("playground.sets")}
        value=${data.set}
        hidden=${true}
        options=${[
          ...names.map((set) => ({
            value: set,
            label: t(`playground.set.${set}`),
            picture: html`<${Thumbnail} set=${set} classes=${data.classes} />`,
          })),
          ...["given", "formula"].map((set) => ({
            value: set,
            label: t(`playground.set.${set}`),
            picture: html`<span class="thumbnail icon-picture"
              ><${Icon} name=${set === "given" ? "draw" : "code"}
            /></span>`,
          })),
        ]}
        onChange=${choose}
      />
    </div>
    <${Notice} refusal=${refusal} />
    ${data.set === "formula" && html`<${FormulaField} state=${state} dispatch=${dispatch} />`}
    ${data.set === "given" && html`<${GivenTools} state=${state} dispatch=${dispatch} />`}
    ${notes.map((note) => html`<${Notice} key=${note.key} kind="info" small=${true}>${t(note.key, note.values)}<//>`)}
    ${
      bundled &&
      SETS[data.set].most > 2 &&
      html`<${Slider}
        label=${t("playground.classes")}
        value=${data.classes}
        min=${2}
        max=${MOST_CLASSES}
        step=${1}
        integer=${true}
        onChange=${(/** @type {number} */ classes) => change({ classes })}
      />`
    }
    ${
      data.set !== "given" &&
      html`<${Slider}
        label=${t("playground.noise")}
        value=${data.noise}
        min=${0}
        max=${0.5}
        hardMax=${2}
        strict=${false}
        step=${0.01}
        help=${{ text: t(`playground.noise.${task}`) }}
        onChange=${(/** @type {number} */ noise) => change({ noise })}
      />`
    }
    <${Slider}
      label=${t("playground.test")}
      value=${data.test}
      min=${0}
      max=${0.9}
      step=${0.05}
      help=${{ text: t("playground.test.help") }}
      onChange=${(/** @type {number} */ test) => change({ test })}
    />
    <${More} state=${state} change=${change} />
  <//>`;
}

/** @param {{ state: State, change: (changes: any) => void }} props */
function More({ state, change }) {
  const { t } = usePage();
  const { data } = state;
  const task = taskOf(data);
  const note =
    data.set === "given"
      ? t("playground.points", { count: data.given.y.length })
      : t("playground.points", { count: data.n });
  return html`<${Disclosure} title=${t("playground.data.more")} level=${4} note=${note}>
    ${
      data.set !== "given" &&
      html`<${Slider}
        label=${t("playground.n")}
        value=${data.n}
        min=${50}
        max=${2000}
        step=${50}
        hardMin=${LEAST_POINTS}
        hardMax=${MOST_POINTS}
        strict=${false}
        integer=${true}
        onChange=${(/** @type {number} */ n) => change({ n })}
      />`
    }
    ${
      data.set !== "given" &&
      task === "classes" &&
      html`<${Toggle}
          label=${t("playground.imbalance")}
          value=${data.share !== null}
          help=${{ text: t("playground.imbalance.help") }}
          onChange=${(/** @type {boolean} */ on) => change({ share: on ? 0.2 : null })}
        />
        ${
          data.share !== null &&
          html`<${Slider}
            label=${t("playground.share")}
            value=${data.share}
            min=${0.02}
            max=${0.98}
            step=${0.02}
            onChange=${(/** @type {number} */ share) => change({ share })}
          />`
        }`
    }
    <${NumberField}
      label=${t("playground.data.seed")}
      value=${data.seed}
      min=${0}
      max=${4294967295}
      integer=${true}
      inline=${true}
      help=${{ text: t("playground.data.seed.help") }}
      onChange=${(/** @type {number} */ seed) => change({ seed })}
    />
    <${Button} icon="dice" onClick=${() => change({ seed: (data.seed + 1) % 2 ** 32 })}>
      ${t("playground.data.new")}
    <//>
  <//>`;
}

/** @param {{ state: State, dispatch: (action: any) => void }} props */
function FormulaField({ state, dispatch }) {
  const { t } = usePage();
  const [text, setText] = useState(state.data.formula);
  const [refusal, refuse] = useState(/** @type {any} */ (null));
  const [notes, setNotes] = useState(/** @type {any[]} */ ([]));
  /** @param {string} next */
  const type = (next) => {
    setText(next);
    try {
      const formula = planeFormula(next);
      refuse(null);
      setNotes(formula.notes);
      dispatch({ type: "data", changes: { formula: next } });
    } catch (why) {
      refuse(why);
    }
  };
  return html`<${TextField}
      label=${t(`playground.formula.${taskOf(state.data)}`)}
      value=${text}
      code=${true}
      help=${{ text: t("playground.formula.help") }}
      refusal=${refusal}
      onChange=${type}
    />
    ${notes.map((note) => html`<${Notice} key=${note.key} small=${true}>${t(note.key, note.values)}<//>`)}`;
}

/** @param {{ state: State, dispatch: (action: any) => void }} props */
function GivenTools({ state, dispatch }) {
  const { t } = usePage();
  const { data, view } = state;
  const task = taskOf(data);
  const drawable = data.given.names.length === 2;
  const classes = Math.max(2, data.given.words?.length ?? 0);
  const pens = Math.min(
    MOST_CLASSES,
    Math.max(classes, ...data.given.y.map((k) => (task === "classes" ? k + 2 : 0))),
  );
  return html`${drawable && html`<p class="quiet-words">${t("playground.draw.how")}</p>`}
    ${
      drawable &&
      html`<div class="pens">
        <${Choice}
          label=${t("playground.pen")}
          value=${task === "number" && view.pen >= 0 ? 0 : view.pen}
          options=${[
            ...(task === "number"
              ? [{ value: 0, label: t("playground.pen.number") }]
              : Array.from({ length: pens }, (_, k) => ({
                  value: k,
                  label: data.given.words?.[k] ?? t("playground.pen.class", { k }),
                }))),
            { value: -1, label: t("playground.pen.erase") },
          ]}
          onChange=${(/** @type {number} */ pen) => dispatch({ type: "view", changes: { pen } })}
        />
      </div>`
    }
    ${
      drawable &&
      task === "number" &&
      html`<${Slider}
        label=${t("playground.pen.value")}
        value=${view.value}
        min=${-1}
        max=${1}
        step=${0.1}
        onChange=${(/** @type {number} */ value) => dispatch({ type: "view", changes: { value } })}
      />`
    }
    <div class="row">
      <${Button} icon="trash" onClick=${() => dispatch({ type: "clear" })}
        >${t("playground.clear")}<//
      >
    </div>
    <${TableChooser} dispatch=${dispatch} />`;
}

/** The inputs of the network. @param {{ state: State, dispatch: (action: any) => void }} props */
export function InputsPanel({ state, dispatch }) {
  const { t } = usePage();
  const [text, setText] = useState("");
  const [refusal, refuse] = useState(/** @type {any} */ (null));
  const columns = columnsOf(state.data);
  const symbols = symbolsOf(columns);
  const plane = symbols.join() === "x1,x2";
  const offered = [...new Set([...symbols, ...(plane ? FEATURES : []), ...state.features])];
  const add = () => {
    try {
      const formula = parseFormula(text, symbols);
      if (!state.features.includes(formula.text)) dispatch({ type: "feature", text, on: true });
      setText("");
      refuse(null);
    } catch (why) {
      refuse(why);
    }
  };
  const many = state.features.length >= MOST_FEATURES;
  return html`<${Disclosure}
    title=${t("playground.inputs")}
    note=${state.features.slice(0, 4).map(inputLabel).join(", ") + (state.features.length > 4 ? " …" : "")}
    help=${{ text: t("playground.inputs.help") }}
  >
    ${
      symbols !== columns &&
      html`<p class="quiet-words">
        ${t("playground.inputs.names", { names: symbols.map((s, k) => `${s} = ${columns[k]}`).join(", ") })}
      </p>`
    }
    <div class="features" role="group" aria-label=${t("playground.inputs")}>
      ${offered.map(
        (name) =>
          html`<${Checkbox}
            key=${name}
            label=${inputLabel(name)}
            value=${state.features.includes(name)}
            disabled=${
              (state.features.length === 1 && state.features[0] === name) ||
              (many && !state.features.includes(name))
            }
            onChange=${(/** @type {boolean} */ on) => dispatch({ type: "feature", text: name, on })}
          />`,
      )}
    </div>
    <${TextField}
      label=${t("playground.inputs.own")}
      value=${text}
      code=${true}
      placeholder="sin(3*x1)"
      refusal=${refusal}
      onChange=${(/** @type {string} */ next) => {
        setText(next);
        refuse(null);
      }}
      onEnter=${add}
    />
    <${Button} icon="plus" disabled=${many || !text.trim()} onClick=${add}
      >${t("playground.inputs.add")}<//
    >
    <${Toggle}
      label=${t("playground.standardize")}
      value=${state.standardize}
      help=${{ text: t("playground.standardize.help") }}
      onChange=${(/** @type {boolean} */ standardize) => dispatch({ type: "change", changes: { standardize } })}
    />
    ${columns.length > 2 && html`<${Axes} state=${state} dispatch=${dispatch} />`}
  <//>`;
}

/** Which two columns the plane shows. @param {{ state: State, dispatch: (action: any) => void }} props */
function Axes({ state, dispatch }) {
  const { t } = usePage();
  const { axes } = state.view;
  const options = columnsOf(state.data).map((name, k) => ({ value: k, label: name }));
  /** @param {number} place @param {number} k */
  const choose = (place, k) => {
    const other = axes[1 - place] === k ? axes[place] : axes[1 - place];
    dispatch({ type: "view", changes: { axes: place ? [other, k] : [k, other] } });
  };
  return html`<p class="quiet-words">${t("playground.axes")}</p>
    ${[0, 1].map(
      (place) =>
        html`<${Select}
          key=${place}
          label=${t(place ? "playground.axes.y" : "playground.axes.x")}
          value=${axes[place]}
          options=${options}
          inline=${true}
          onChange=${(/** @type {number} */ k) => choose(place, k)}
        />`,
    )}`;
}
