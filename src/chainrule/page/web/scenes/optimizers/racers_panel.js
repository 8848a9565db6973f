// The list of racers, and the settings of the one that is chosen.
import { Button, IconButton } from "../../components/button.js";
import { html } from "../../components/html.js";
import { NumberField } from "../../components/number_field.js";
import { Panel } from "../../components/panel.js";
import { Select } from "../../components/select.js";
import { Slider } from "../../components/slider.js";
import { Toggle } from "../../components/toggle.js";
import { nameOf, NUMBERS } from "./parts.js";
import { SCHEDULES } from "./schedules.js";
import { defaultsOf, MOST_RACERS, RACERS } from "./state.js";
import { hasRate } from "./tune.js";
import { WHOLE } from "./whole_rules.js";

/** The letter on a racer: it is told apart without its color. @param {number} k */
export const letter = (k) => String.fromCharCode(65 + k);

/** @param {import("../../app/texts.js").Translate} t @param {import("./state.js").State} state @param {number} k */
export function nameOfRacer(t, state, k) {
  const racer = state.racers[k];
  if (racer.rule !== "parts") return racer.rule;
  const { name } = nameOf(state.parts, /** @type {any} */ ({ ...NUMBERS, ...racer.settings }));
  return t("optimizers.parts.of", { name: name === "own" ? t("optimizers.parts.own.name") : name });
}

const SYMBOLS = /** @type {Record<string, string>} */ ({
  lr: "lr",
  momentum: "μ",
  rho: "ρ",
  beta1: "β1",
  beta2: "β2",
  eps: "ε",
  weight_decay: "λ",
  initial_accumulator: "G₀",
  grow: "η⁺",
  shrink: "η⁻",
  smallest: "Δmin",
  largest: "Δmax",
  curvature: "c2",
});

/** The numbers that the parts use. @param {import("./parts.js").Parts} p @param {string} name */
function used(p, name) {
  if (name === "beta1") return p.m;
  if (name === "beta2") return !p.sign && !["none", "sum"].includes(p.v);
  if (name === "eps") return !p.sign && !["none", "max"].includes(p.v);
  return name !== "weight_decay" || p.decay;
}

/**
 * @param {{ state: import("./state.js").State, dispatch: (action: any) => void,
 *   t: import("../../app/texts.js").Translate, colors: string[], onTune: () => void }} props
 */
export function RacersPanel({ state, dispatch, t, colors, onTune }) {
  const names = [...RACERS, "parts"];
  const taken = state.racers.some(({ rule }) => rule === "parts");
  const options = (/** @type {boolean} */ withParts) =>
    names
      .filter((rule) => rule !== "parts" || withParts)
      .map((rule) => ({
        value: rule,
        label: rule === "parts" ? t("optimizers.parts.racer") : rule,
        help: rule === "parts" ? { text: t("optimizers.help.parts") } : `optimizers.${rule}`,
      }));
  const k = state.chosen;
  const racer = state.racers[k];
  return html`<${Panel}
    title=${t("optimizers.racers")}
    help=${{ text: t("optimizers.help.racers") }}
  >
    <ul class="racers">
      ${state.racers.map(
        (one, i) =>
          html`<li key=${i} class=${i === k ? "chosen" : ""}>
            <button
              type="button"
              class="racer"
              aria-pressed=${i === k}
              onClick=${() => dispatch({ type: "chosen", to: i })}
            >
              <span class="letter" style=${{ background: colors[i] }}>${letter(i)}</span>
              <span class="racer-name">${nameOfRacer(t, state, i)}</span>
              <span class="racer-rate"
                >${one.settings.lr !== undefined ? `lr ${one.settings.lr}` : ""}</span
              >
            </button>
            ${
              state.racers.length > 1 &&
              html`<${IconButton}
                icon="close"
                kind="quiet"
                label=${t("optimizers.remove", { name: nameOfRacer(t, state, i) })}
                onClick=${() => dispatch({ type: "remove", racer: i })}
              />`
            }
          </li>`,
      )}
    </ul>
    <div class="row">
      ${
        state.racers.length < MOST_RACERS &&
        html`<${Button}
          icon="plus"
          onClick=${() => {
            const free = ["Adam", "Nesterov", "Adagrad", "Lion", "Rprop", "AdaMax", "SGD"].find(
              (rule) => !state.racers.some((one) => one.rule === rule),
            );
            dispatch({ type: "add", rule: free ?? "Adam" });
          }}
        >
          ${t("optimizers.add")}
        <//>`
      }
      <${Button} icon="settings" onClick=${onTune}>${t("optimizers.tune")}<//>
    </div>
    <div class="racer-settings">
      <${Select}
        label=${t("optimizers.rule", { letter: letter(k) })}
        value=${racer.rule}
        options=${options(!taken || racer.rule === "parts")}
        onChange=${(/** @type {string} */ to) => dispatch({ type: "rule", racer: k, to })}
      />
      <${Settings} state=${state} dispatch=${dispatch} t=${t} />
      ${
        Object.hasOwn(WHOLE, racer.rule) &&
        html`<p class="quiet-words">${t("optimizers.searches")}</p>`
      }
    </div>
  <//>`;
}

/** @param {{ state: import("./state.js").State, dispatch: (action: any) => void, t: import("../../app/texts.js").Translate }} props */
function Settings({ state, dispatch, t }) {
  const k = state.chosen;
  const racer = state.racers[k];
  const topic = racer.rule === "parts" ? "optimizers.AdamW" : `optimizers.${racer.rule}`;
  const values = /** @type {Record<string, any>} */ ({
    ...defaultsOf(racer.rule),
    ...racer.settings,
  });
  const set = (/** @type {string} */ name) => (/** @type {any} */ to) =>
    dispatch({ type: "setting", racer: k, name, to });
  const shown = Object.keys(values).filter(
    (name) => name !== "lr" && (racer.rule !== "parts" || used(state.parts, name)),
  );
  return html`${
      values.lr !== undefined &&
      html`<${Slider}
        key=${`${k}lr`}
        label=${t("optimizers.lr")}
        value=${values.lr}
        scale="log"
        min=${1e-5}
        max=${10}
        hardMin=${1e-12}
        hardMax=${1000}
        help=${`${topic}.lr`}
        onChange=${set("lr")}
      />`
    }
    <div class="numbers">
      ${shown.map((name) =>
        typeof values[name] === "boolean"
          ? html`<${Toggle}
              key=${name}
              label=${t(`optimizers.setting.${name}`)}
              value=${values[name]}
              help=${`${topic}.${name}`}
              onChange=${set(name)}
            />`
          : html`<${NumberField}
              key=${`${k}${racer.rule}${name}`}
              label=${`${t(`optimizers.setting.${name}`)}${SYMBOLS[name] ? ` ${SYMBOLS[name]}` : ""}`}
              value=${values[name]}
              ...${RANGES[name] ?? {}}
              help=${`${topic}.${name}`}
              onChange=${set(name)}
            />`,
      )}
    </div>
    ${
      hasRate(racer) &&
      html`<div class="numbers">
        <${Select}
          label=${t("optimizers.schedule")}
          value=${racer.schedule}
          options=${Object.keys(SCHEDULES).map((name) => ({
            value: name,
            label: name === "Constant" ? t("optimizers.constant") : name,
            help: `schedules.${name}`,
          }))}
          onChange=${(/** @type {string} */ to) => dispatch({ type: "schedule", racer: k, to })}
        />
        ${
          racer.schedule !== "Constant" &&
          html`<${NumberField}
            key=${k}
            label=${t("optimizers.length")}
            value=${racer.length}
            min=${2}
            max=${100000}
            integer=${true}
            help=${{ text: t("optimizers.help.length") }}
            onChange=${(/** @type {number} */ to) => dispatch({ type: "length", racer: k, to })}
          />`
        }
      </div>`
    }`;
}

/** @type {Record<string, any>} */
const RANGES = {
  momentum: { min: 0, below: 1 },
  rho: { min: 0, below: 1 },
  beta1: { min: 0, below: 1 },
  beta2: { min: 0, below: 1 },
  eps: { above: 0, max: 1 },
  weight_decay: { min: 0, max: 10 },
  initial_accumulator: { min: 0, max: 100 },
  threshold: { min: 4, max: 100 },
  adamw_ratio: { above: 0, max: 10 },
  grow: { above: 1, max: 10 },
  shrink: { above: 0, below: 1 },
  smallest: { above: 0, max: 1 },
  largest: { above: 0, max: 1000 },
  history: { min: 1, max: 100, integer: true },
  curvature: { above: 0, below: 0.5 },
  tolerance: { min: 0, max: 1 },
};
