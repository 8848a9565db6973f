// Switches for the parts of a rule: with each, another rule appears.
import { Button } from "../../components/button.js";
import { Choice } from "../../components/choice.js";
import { Formula } from "../../components/formula.js";
import { html } from "../../components/html.js";
import { Panel } from "../../components/panel.js";
import { Toggle } from "../../components/toggle.js";
import { DENOMINATORS, effective, equationsOf, nameOf, NUMBERS } from "./parts.js";

/** Rules that are a set of parts, as buttons. @type {Record<string, import("./parts.js").Parts>} */
export const KNOWN = {
  SGD: { m: false, v: "none", correct: false, ahead: false, decay: false, sign: false },
  Momentum: { m: true, v: "none", correct: false, ahead: false, decay: false, sign: false },
  Nesterov: { m: true, v: "none", correct: false, ahead: true, decay: false, sign: false },
  Adagrad: { m: false, v: "sum", correct: false, ahead: false, decay: false, sign: false },
  RMSprop: { m: false, v: "mean", correct: false, ahead: false, decay: false, sign: false },
  Adam: { m: true, v: "mean", correct: true, ahead: false, decay: false, sign: false },
  AdamW: { m: true, v: "mean", correct: true, ahead: false, decay: true, sign: false },
  Nadam: { m: true, v: "mean", correct: true, ahead: true, decay: false, sign: false },
  AdaBelief: { m: true, v: "surprise", correct: true, ahead: false, decay: false, sign: false },
  AMSGrad: { m: true, v: "never", correct: false, ahead: false, decay: false, sign: false },
  AdaMax: { m: true, v: "max", correct: true, ahead: false, decay: false, sign: false },
  Lion: { m: true, v: "none", correct: false, ahead: false, decay: false, sign: true },
};

/**
 * @param {{ state: import("./state.js").State, dispatch: (action: any) => void,
 *   t: import("../../app/texts.js").Translate }} props
 */
export function PartsPanel({ state, dispatch, t }) {
  const racer = state.racers.find(({ rule }) => rule === "parts");
  if (!racer) {
    return html`<${Panel}
      title=${t("optimizers.parts")}
      help=${{ text: t("optimizers.help.parts") }}
    >
      <p>${t("optimizers.parts.none")}</p>
      <${Button}
        icon="plus"
        disabled=${state.racers.length >= 8}
        onClick=${() => dispatch({ type: "add", rule: "parts" })}
      >
        ${t("optimizers.parts.add")}
      <//>
    <//>`;
  }
  const { parts } = state;
  const now = effective(parts);
  const { name, note, python } = nameOf(
    parts,
    /** @type {any} */ ({ ...NUMBERS, ...racer.settings }),
  );
  const set = (/** @type {any} */ to) => dispatch({ type: "parts", to });
  const shown = name === "own" ? t("optimizers.parts.own.name") : name;
  const toggle = (/** @type {"m" | "correct" | "ahead" | "decay" | "sign"} */ which, off = false) =>
    html`<${Toggle}
      label=${t(`optimizers.parts.${which}`)}
      value=${parts[which]}
      disabled=${off}
      help=${{ text: t(`optimizers.help.parts.${which}`) }}
      onChange=${(/** @type {boolean} */ on) => set({ [which]: on })}
    />`;
  return html`<${Panel}
    title=${t("optimizers.parts")}
    help=${{ text: t("optimizers.help.parts") }}
    class="parts-panel"
  >
    <div class="became" role="status">
      <span class="became-name">${shown}</span>
      <span class="became-note">${t(`optimizers.note.${note}`, values(python))}</span>
    </div>
    <div class="became-equations">
      ${equationsOf(parts).map((line) => html`<div key=${line}><${Formula} text=${line} /></div>`)}
    </div>
    <div class="switches">
      ${toggle("m")} ${toggle("ahead", !parts.m)}
      ${toggle("correct", effective({ ...parts, correct: true }).correct === false)}
      ${toggle("decay")} ${toggle("sign")}
    </div>
    <${Choice}
      label=${t("optimizers.parts.v")}
      value=${now.v}
      help=${{ text: t("optimizers.help.parts.v") }}
      disabled=${parts.sign}
      options=${DENOMINATORS.filter((v) => v !== "surprise" || parts.m).map((v) => ({
        value: v,
        label: t(`optimizers.parts.v.${v}`),
      }))}
      onChange=${(/** @type {string} */ v) => set({ v })}
    />
    <div class="known" role="group" aria-label=${t("optimizers.parts.known")}>
      <span class="known-title">${t("optimizers.parts.known")}</span>
      ${Object.entries(KNOWN).map(
        ([rule, to]) =>
          html`<${Button}
            key=${rule}
            kind="quiet"
            pressed=${JSON.stringify(effective(to)) === JSON.stringify(now)}
            onClick=${() => set(to)}
          >
            ${rule}
          <//>`,
      )}
    </div>
  <//>`;
}

/** The numbers that a note names. @param {{ class: string, settings: Record<string, any> } | null} python */
const values = (python) =>
  Object.fromEntries(
    Object.entries(python?.settings ?? {}).map(([name, v]) => [
      name,
      Number(Number(v).toPrecision(4)),
    ]),
  );
