// The file that is open, and what is asked of it.
import { tell } from "../../app/bridge.js";
import { fileBytes, start } from "../../app/start.js";
import { Refusal } from "../../app/refusal.js";
import { FileDrop } from "../../components/file_drop.js";
import { Equations } from "../../components/formula.js";
import { html, useCallback, useEffect, useState } from "../../components/html.js";
import { Notice } from "../../components/notice.js";
import { grouped } from "../../components/numbers.js";
import { sentences } from "../../components/page_context.js";
import { Panel } from "../../components/panel.js";
import { Tabs } from "../../components/tabs.js";
import { savedModel } from "../../files/saved_model.js";
import { equations } from "../../graph/equations.js";
import { Ask } from "./ask.js";
import { HopfieldView } from "./hopfield_view.js";
import { MachineView } from "./machine_view.js";
import { RunView } from "./run_view.js";
import { Weights } from "./weights.js";

/** @typedef {{ name: string, saved: import("../../files/saved_model.js").SavedModel }} Opened */

/** @param {import("../scene.js").SceneProps} props */
export function FileView({ state, dispatch, page, t }) {
  const [opened, setOpened] = useState(/** @type {Opened | null} */ (null));
  const [refusal, setRefusal] = useState(/** @type {any} */ (null));
  const [reading, setReading] = useState("");
  const [moment, setMoment] = useState(0);
  const open = useCallback(
    async (/** @type {string} */ name, /** @type {Uint8Array} */ bytes) => {
      setReading(name);
      setRefusal(null);
      try {
        const saved = await savedModel(/** @type {any} */ (bytes));
        setMoment(saved.recording?.own ?? 0);
        setOpened({ name, saved });
        dispatch({ type: "opened", name, kind: kindOf(saved) });
      } catch (why) {
        if (!(why instanceof Refusal)) throw why;
        setRefusal(why);
      } finally {
        setReading("");
      }
    },
    [dispatch],
  );
  useEffect(() => {
    const own = start.files?.find(({ name }) => !name.endsWith(".report")); // a report is shown by one_update
    if (!own) return;
    fileBytes(own.path)
      .then((bytes) => open(own.name, bytes))
      .catch((why) =>
        setRefusal(new Refusal("your_file.no_file", { name: own.name, why: String(why) })),
      );
  }, [open]);

  const drop = html`<${FileDrop}
    label=${t(opened ? "your_file.drop.another" : "your_file.drop")}
    note=${t("your_file.drop.note")}
    accept=".safetensors"
    refusal=${refusal}
    onFile=${async (/** @type {File} */ file) => open(file.name, new Uint8Array(await file.arrayBuffer()))}
  />`;
  if (!opened) {
    return html`<div class="file-begin">
      <h2 class="scene-title" tabindex="-1">${t("your_file.title")}</h2>
      <p class="lead">${t("your_file.intro")}</p>
      ${drop} ${reading && html`<p role="status">${t("your_file.reading", { name: reading })}</p>`}
    </div>`;
  }
  return html`<${Open}
      key=${opened.name}
      ...${{ opened, moment, setMoment, page, t, view: state.view }}
      onView=${(/** @type {string} */ to) => dispatch({ type: "view", to })}
    />
    <div class="file-another">${drop}</div>`;
}

/** @param {any} props */
function Open({ opened, moment, setMoment, page, t, view, onView }) {
  const { saved, name } = /** @type {Opened} */ (opened);
  const { model, recording } = saved;
  const state = recording?.states[moment] ?? null;
  const [edited, setEdited] = useState(/** @type {any} */ (null));
  const kept = state?.theta ?? /** @type {any} */ (model).theta;
  const theta = edited && edited.of === kept ? edited.theta : kept;
  /** @param {any} changed another θ, or null for the file's own */
  const edit = (changed) => {
    setEdited(changed && { of: kept, theta: changed });
    tell({ theta: changed ?? kept });
  };
  const tabs = [
    { id: "ask", content: () => ask(model, state, theta, t) },
    ...(model.kind === "network"
      ? [
          {
            id: "weights",
            content: () => html`<${Weights} ...${{ model, kept, theta, edit, t }} />`,
          },
          { id: "equations", content: () => equationsOf(model, t) },
        ]
      : []),
    ...(recording
      ? [
          {
            id: "run",
            content: () =>
              html`<${RunView} ...${{ model, recording, moment, setMoment, page, t }} />`,
          },
        ]
      : []),
  ].map((tab) => ({ ...tab, title: t(`your_file.tab.${tab.id}`) }));
  return html`<h2 class="scene-title" tabindex="-1">${t("your_file.name.of", { name })}</h2>
    <p class="lead">${about(saved, t)}</p>
    ${recording?.error && html`<${Notice} kind="warning">${t("your_file.run.failed", { why: recording.error })}<//>`}
    ${
      tabs.length > 1
        ? html`<${Tabs}
            label=${t("your_file.tab.label")}
            value=${view}
            onChange=${onView}
            tabs=${tabs}
          />`
        : tabs[0].content()
    }`;
}

/** @param {Opened["saved"]} saved */
function kindOf({ model, recording }) {
  if (recording) return "recording";
  return model.kind === "network" && model.table ? "table" : model.kind;
}

/** What the file is, in sentences. @param {Opened["saved"]} saved @param {any} t */
function about({ model, recording, checked, version }, t) {
  const words = [kind(model, t)];
  if (recording) {
    const counts = { steps: grouped(recording.last), epochs: grouped(recording.epochs) };
    words.push(t("your_file.kind.recording", { ...counts, states: recording.states.length }));
  }
  words.push(t("your_file.written", { version }));
  words.push(t(checked ? "your_file.checked" : "your_file.unchecked"));
  return sentences(t, words);
}

/** @param {Opened["saved"]["model"]} model @param {any} t */
function kind(model, t) {
  if (model.kind === "network") {
    const learned = model.parts.filter(({ role }) => role === "parameter");
    const parameters = grouped(learned.reduce((sum, { size }) => sum + size, 0));
    if (!model.table)
      return t("your_file.kind.network", { parameters, dtype: String(model.about.dtype) });
    const { columns, target } = model.table;
    return t("your_file.kind.table", { parameters, columns: columns.length, target });
  }
  if (model.kind === "rbm") {
    const { visible, hidden, about: settings } = model;
    return t("your_file.kind.rbm", { visible, hidden, units: String(settings.kind) });
  }
  if (model.kind === "stack") {
    const sizes = [model.machines[0].visible, ...model.machines.map(({ hidden }) => hidden)];
    return t("your_file.kind.stack", { sizes: sizes.join(" → ") });
  }
  const rule = String(model.about.rule?.[0] ?? "?");
  return t("your_file.kind.hopfield", {
    units: model.units,
    patterns: model.patterns.length,
    rule,
  });
}

/** @param {Opened["saved"]["model"]} model @param {any} state @param {any} theta @param {any} t */
function ask(model, state, theta, t) {
  if (model.kind === "network") return html`<${Ask} ...${{ model, state, theta, t }} />`;
  if (model.kind === "hopfield") return html`<${HopfieldView} ...${{ model, t }} />`;
  return html`<${MachineView} ...${{ model, state, t }} />`;
}

/** @param {import("../../files/saved_model.js").Network} model @param {any} t */
const equationsOf = (model, t) =>
  html`<${Panel} title=${t("your_file.tab.equations")}>
    <${Equations} text=${equations(model.programs.train)} label=${t("your_file.equations.label")} />
  <//>`;
