// Which network, and how it learns.
import { Button } from "../../components/button.js";
import { Choice } from "../../components/choice.js";
import { html, useState } from "../../components/html.js";
import { Notice } from "../../components/notice.js";
import { NumberField } from "../../components/number_field.js";
import { Disclosure } from "../../components/panel.js";
import { Select } from "../../components/select.js";
import { Slider } from "../../components/slider.js";
import { Toggle } from "../../components/toggle.js";
import {
  ACTIVATIONS,
  checkOwn,
  MOST_FILTERS,
  MOST_LAYERS,
  MOST_UNITS,
  OPTIMIZERS,
} from "./networks.js";

/** @typedef {import("../../app/texts.js").Translate} Translate */

/** @param {{ state: any, set: (changes: any) => void, t: Translate }} props */
export function Settings({ state, set, t }) {
  const activations = Object.entries(ACTIVATIONS).map(([value, topic]) => ({
    value,
    label: topic.split(".")[1],
    help: topic,
  }));
  return html`<${Choice}
      label=${t("digits.network")}
      value=${state.network}
      options=${["small", "wide", "conv", "own"].map((value) => ({
        value,
        label: t(`digits.network.${value}`),
      }))}
      help=${{ text: t("digits.network.help") }}
      onChange=${(/** @type {string} */ network) => set({ network, layer: 0, unit: -1 })}
    />
    ${
      state.network === "own" &&
      html`<${OwnLayers} own=${state.own} activations=${activations} set=${set} t=${t} />`
    }
    <${Disclosure} title=${t("digits.learning")} level=${4}>
      <div class="digit-settings">
        ${
          state.network !== "own" &&
          html`<${Select}
              label=${t("digits.activation")}
              value=${state.activation}
              options=${activations}
              onChange=${(/** @type {string} */ v) => set({ activation: v })}
            />
            <${Slider}
              label=${t("digits.dropout")}
              value=${state.dropout}
              min=${0}
              max=${0.9}
              step=${0.05}
              help="layers.Dropout"
              onChange=${(/** @type {number} */ v) => set({ dropout: v })}
            />`
        }
        <${Select}
          label=${t("digits.optimizer")}
          value=${state.optimizer}
          options=${Object.entries(OPTIMIZERS).map(([value, topic]) => ({
            value,
            label: topic.split(".")[1],
            help: topic,
          }))}
          onChange=${(/** @type {string} */ v) => set({ optimizer: v })}
        />
        <${Slider}
          label=${t("digits.lr")}
          value=${state.lr}
          min=${0.00001}
          max=${1}
          hardMin=${1e-6}
          hardMax=${10}
          scale="log"
          help=${{ text: t("digits.lr.help") }}
          onChange=${(/** @type {number} */ v) => set({ lr: v })}
        />
        <${Slider}
          label=${t("digits.penalty")}
          value=${state.penalty}
          choices=${[0, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1]}
          min=${0}
          max=${0.1}
          help="losses.L2"
          onChange=${(/** @type {number} */ v) => set({ penalty: v })}
        />
        <${NumberField}
          label=${t("digits.batch")}
          value=${state.batch}
          min=${1}
          max=${1347}
          integer=${true}
          help=${{ text: t("digits.batch.help") }}
          onChange=${(/** @type {number} */ v) => set({ batch: v })}
        />
        <${NumberField}
          label=${t("digits.epochs")}
          value=${state.epochs}
          min=${1}
          max=${200}
          integer=${true}
          help=${{ text: t("digits.epochs.help") }}
          onChange=${(/** @type {number} */ v) => set({ epochs: v })}
        />
        <${NumberField}
          label=${t("digits.seed")}
          value=${state.seed}
          min=${0}
          max=${2 ** 32 - 1}
          integer=${true}
          help=${{ text: t("digits.seed.help") }}
          onChange=${(/** @type {number} */ v) => set({ seed: v })}
        />
        <${Toggle}
          label=${t("digits.moved")}
          value=${state.moved}
          help=${{ text: t("digits.moved.help") }}
          onChange=${(/** @type {boolean} */ v) => set({ moved: v })}
        />
      </div>
    <//>`;
}

/** @type {Record<string, any>} */
const NEW = {
  dense: { kind: "dense", units: 32, activation: "relu" },
  conv: { kind: "conv", filters: 8, kernel: 3, activation: "relu" },
  pool: { kind: "pool", mode: "max" },
  norm: { kind: "norm" },
  dropout: { kind: "dropout", rate: 0.2 },
};

/**
 * A layer more: convolutions and pooling come before the first dense layer, all others at the end.
 *
 * @param {any[]} own
 * @param {string} kind
 */
function withNew(own, kind) {
  const dense = own.findIndex((one) => one.kind === "dense");
  const at = (kind === "conv" || kind === "pool") && dense >= 0 ? dense : own.length;
  return [...own.slice(0, at), { ...NEW[kind] }, ...own.slice(at)];
}

/** @param {{ own: any[], activations: any[], set: any, t: Translate }} props */
function OwnLayers({ own, activations, set, t }) {
  const [refusal, refuse] = useState(/** @type {any} */ (null));
  const take = (/** @type {any[]} */ list) => {
    try {
      checkOwn(list);
      refuse(null);
      set({ own: list, layer: 0, unit: -1 });
    } catch (why) {
      refuse(why);
    }
  };
  const change = (/** @type {number} */ k, /** @type {any} */ changes) =>
    take(own.map((one, j) => (j === k ? { ...one, ...changes } : one)));
  return html`<div class="digit-own">
    <ol>
      ${own.map(
        (one, k) =>
          html`<li key=${k} class="digit-own-layer">
            <span class="digit-own-name">${t(`digits.own.${one.kind}`)}</span>
            ${
              one.kind === "dense" &&
              html`<${NumberField}
                label=${t("digits.own.units")}
                value=${one.units}
                min=${1}
                max=${MOST_UNITS}
                integer=${true}
                onChange=${(/** @type {number} */ v) => change(k, { units: v })}
              />`
            }
            ${
              one.kind === "conv" &&
              html`<${NumberField}
                  label=${t("digits.own.filters")}
                  value=${one.filters}
                  min=${1}
                  max=${MOST_FILTERS}
                  integer=${true}
                  onChange=${(/** @type {number} */ v) => change(k, { filters: v })}
                />
                <${Select}
                  label=${t("digits.own.kernel")}
                  value=${one.kernel}
                  options=${[1, 2, 3, 4, 5].map((v) => ({ value: v, label: `${v} × ${v}` }))}
                  onChange=${(/** @type {number} */ v) => change(k, { kernel: v })}
                />`
            }
            ${
              (one.kind === "dense" || one.kind === "conv") &&
              html`<${Select}
                label=${t("digits.activation")}
                value=${one.activation}
                options=${activations}
                onChange=${(/** @type {string} */ v) => change(k, { activation: v })}
              />`
            }
            ${
              one.kind === "pool" &&
              html`<${Select}
                label=${t("digits.own.mode")}
                value=${one.mode}
                options=${["max", "mean"].map((v) => ({ value: v, label: t(`digits.own.${v}`) }))}
                onChange=${(/** @type {string} */ v) => change(k, { mode: v })}
              />`
            }
            ${
              one.kind === "dropout" &&
              html`<${NumberField}
                label=${t("digits.own.rate")}
                value=${one.rate}
                min=${0}
                max=${0.9}
                onChange=${(/** @type {number} */ v) => change(k, { rate: v })}
              />`
            }
            <${Button}
              icon="trash"
              kind="quiet"
              label=${t("digits.own.remove", { n: k + 1 })}
              onClick=${() => take(own.filter((_, j) => j !== k))}
            />
          </li>`,
      )}
      <li class="digit-own-layer"><span class="digit-own-name">${t("digits.own.last")}</span></li>
    </ol>
    <div class="row" role="group" aria-label=${t("digits.own.add")}>
      <span>${t("digits.own.add")}</span>
      ${Object.keys(NEW).map(
        (kind) =>
          html`<${Button}
            key=${kind}
            icon="plus"
            disabled=${own.length >= MOST_LAYERS}
            onClick=${() => take(withNew(own, kind))}
          >
            ${t(`digits.own.${kind}`)}
          <//>`,
      )}
    </div>
    <${Notice} refusal=${refusal} small=${true} />
  </div>`;
}
