// The memories: drawn, chosen, stored by a rule, and how full the network is with them.
import { Button } from "../../components/button.js";
import { html } from "../../components/html.js";
import { Notice } from "../../components/notice.js";
import { short } from "../../components/numbers.js";
import { Panel } from "../../components/panel.js";
import { PixelCanvas } from "../../components/pixel_canvas.js";
import { Select } from "../../components/select.js";
import { RULES } from "../../energy/rules.js";
import { pack, SETS } from "./patterns.js";
import { Picture, shades } from "./picture.js";
import { MOST_PATTERNS, SIDES } from "./state.js";

/**
 * @param {{ state: import("./state.js").State, dispatch: (action: any) => void,
 *   t: import("../../app/texts.js").Translate, patterns: Int8Array[], kept: boolean[] | null,
 *   refusal: any, busy: boolean }} props `kept`: which patterns are fixed points
 */
export function StoredPanel({ state, dispatch, t, patterns, kept, refusal, busy }) {
  const { rows, columns, selected } = state;
  const sides = SIDES.map((value) => ({ value, label: String(value) }));
  return html`<${Panel}
    title=${t("memories.stored")}
    class="stored-panel"
    help=${{ text: t("memories.help.stored") }}
  >
    <div class="memories-list" role="group" aria-label=${t("memories.stored")}>
      ${patterns.map(
        (signs, k) =>
          html`<button
            key=${k}
            type="button"
            class="memory"
            aria-pressed=${k === selected}
            aria-label=${`${t("memories.memory", { k })}${kept ? `, ${t(kept[k] ? "memories.kept" : "memories.lost")}` : ""}`}
            onClick=${() => dispatch({ type: "select", to: k })}
          >
            <${Picture} signs=${signs} rows=${rows} columns=${columns} />
            <span class=${`memory-name ${kept && !kept[k] ? "lost" : ""}`}
              >${k}${kept ? (kept[k] ? " ✓" : " ✕") : ""}</span
            >
          </button>`,
      )}
    </div>
    <div class="memory-editor">
      <${PixelCanvas}
        label=${t("memories.draw", { k: selected })}
        values=${shades(patterns[selected])}
        rows=${rows}
        columns=${columns}
        brush="pixel"
        onChange=${(/** @type {Float32Array} */ values) => dispatch({ type: "pattern", to: pack(values) })}
      />
      <div class="stack">
        <${Select}
          label=${t("memories.set")}
          value=${setOf(state)}
          options=${[
            { value: "", label: t("memories.set.own") },
            ...Object.keys(SETS).map((value) => ({ value, label: t(`memories.set.${value}`) })),
          ]}
          onChange=${(/** @type {string} */ to) => dispatch({ type: "set", to })}
        />
        <div class="two">
          <${Select}
            label=${t("memories.rows")}
            value=${rows}
            options=${sides}
            onChange=${(/** @type {number} */ to) => dispatch({ type: "size", rows: to })}
          />
          <${Select}
            label=${t("memories.columns")}
            value=${columns}
            options=${sides}
            onChange=${(/** @type {number} */ to) => dispatch({ type: "size", columns: to })}
          />
        </div>
        <div class="row">
          <${Button}
            icon="plus"
            disabled=${patterns.length >= MOST_PATTERNS}
            onClick=${() => dispatch({ type: "add" })}
          >
            ${t("memories.add")}
          <//>
          <${Button}
            icon="trash"
            disabled=${patterns.length < 2}
            onClick=${() => dispatch({ type: "remove" })}
          >
            ${t("memories.remove")}
          <//>
          <${Button} icon="dice" onClick=${() => dispatch({ type: "random" })}>
            ${t("memories.random")}
          <//>
        </div>
      </div>
    </div>
    <${Select}
      label=${t("memories.rule")}
      value=${state.rule}
      options=${Object.keys(RULES).map((value) => ({
        value,
        label: t(`memories.rule.${value}`),
        help: { text: t(`memories.help.rule.${value}`), equation: RULES[value].equation },
      }))}
      onChange=${(/** @type {string} */ to) => dispatch({ type: "rule", to })}
    />
    <${Notice} refusal=${refusal} small=${true} />
    ${busy && html`<p class="quiet-words" role="status">${t("memories.learning")}</p>`}
    <${Load} M=${patterns.length} N=${rows * columns} rule=${state.rule} t=${t} kept=${kept} />
  <//>`;
}

/** The bundled set that is stored now, or "". @param {import("./state.js").State} state */
const setOf = ({ rows, columns, patterns }) =>
  Object.keys(SETS).find(
    (name) =>
      SETS[name].rows === rows &&
      SETS[name].columns === columns &&
      SETS[name].patterns.join() === patterns.join(),
  ) ?? "";

/** How full the network is. @param {any} props */
function Load({ M, N, rule, t, kept }) {
  const exact = N / (2 * Math.log(N));
  const cliff = 0.138 * N;
  const most = Math.max(1.25 * cliff, M * 1.1, 1.25 * exact, 1);
  const at = (/** @type {number} */ v) => `${(100 * Math.min(1, v / most)).toFixed(2)}%`;
  const hebb = rule === "hebb" || rule === "unlearning";
  return html`<div class="load">
    <div
      class="load-bar"
      role="img"
      aria-label=${t("memories.load.label", { M, exact: short(exact, 3), cliff: short(cliff, 3) })}
    >
      <span
        class=${`load-fill ${hebb && M > Math.max(cliff, exact) ? "over" : ""}`}
        style=${{ width: at(M) }}
      ></span>
      <span class="load-mark" style=${{ left: at(exact) }}></span>
      <span class="load-mark thick" style=${{ left: at(cliff) }}></span>
    </div>
    <p>
      ${t("memories.load", { M, N, load: short(M / N, 3), exact: short(exact, 3), cliff: short(cliff, 3) })}
      ${" "}${kept && html`<strong>${t("memories.load.kept", { kept: kept.filter(Boolean).length, M })}</strong>`}
    </p>
  </div>`;
}
