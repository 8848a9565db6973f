// How many layers, how many units in each, and what each layer does.
import { IconButton } from "../../components/button.js";
import { html, useState } from "../../components/html.js";
import { NumberField } from "../../components/number_field.js";
import { usePage } from "../../components/page_context.js";
import { Panel } from "../../components/panel.js";
import { Select } from "../../components/select.js";
import { Slider } from "../../components/slider.js";
import { Button } from "../../components/button.js";
import { ACTIVATIONS, INITIALIZERS, NORMS, PENALTIES } from "./catalogue.js";
import { Chosen } from "./settings.js";
import { MOST_LAYERS, MOST_UNITS } from "./state.js";

/** @typedef {import("./state.js").State} State */

/** @param {{ state: State, dispatch: (action: any) => void }} props */
export function LayersBar({ state, dispatch }) {
  const { t } = usePage();
  const [open, setOpen] = useState(-1);
  const { layers } = state;
  const shown = open < layers.length ? open : -1;
  return html`<div class="layers-bar" role="group" aria-label=${t("playground.layers")}>
      <div class="layers-count">
        <${IconButton}
          icon="minus"
          label=${t("playground.layers.fewer")}
          disabled=${!layers.length}
          onClick=${() => dispatch({ type: "remove layer" })}
        />
        <span>${t("playground.layers.count", { count: layers.length })}</span>
        <${IconButton}
          icon="plus"
          label=${t("playground.layers.more")}
          disabled=${layers.length >= MOST_LAYERS}
          onClick=${() => dispatch({ type: "add layer" })}
        />
      </div>
      ${layers.map(
        (layer, k) =>
          html`<div class="layer-chip" key=${k}>
            <${IconButton}
              icon="minus"
              kind="quiet"
              label=${t("playground.units.fewer", { layer: k + 1 })}
              disabled=${layer.units <= 1}
              onClick=${() => dispatch({ type: "layer", at: k, changes: { units: layer.units - 1 } })}
            />
            <button
              type="button"
              class="layer-name"
              aria-expanded=${shown === k}
              aria-label=${t("playground.layer.of", { layer: k + 1, units: layer.units, activation: layer.activation })}
              onClick=${() => setOpen(shown === k ? -1 : k)}
            >
              <strong>${layer.units}</strong> ${layer.activation}
            </button>
            <${IconButton}
              icon="plus"
              kind="quiet"
              label=${t("playground.units.more", { layer: k + 1 })}
              disabled=${layer.units >= MOST_UNITS}
              onClick=${() => dispatch({ type: "layer", at: k, changes: { units: layer.units + 1 } })}
            />
          </div>`,
      )}
    </div>
    ${
      shown >= 0 &&
      html`<${LayerPanel}
        layer=${layers[shown]}
        at=${shown}
        many=${layers.length > 1}
        dispatch=${dispatch}
        onClose=${() => setOpen(-1)}
      />`
    }`;
}

/** @param {{ layer: import("./state.js").Layer, at: number, many: boolean, dispatch: (action: any) => void, onClose: () => void }} props */
function LayerPanel({ layer, at, many, dispatch, onClose }) {
  const { t } = usePage();
  /** @param {Partial<import("./state.js").Layer>} changes */
  const change = (changes) => dispatch({ type: "layer", at, changes });
  const close = html`<${IconButton}
    icon="close"
    kind="quiet"
    label=${t("shell.close")}
    onClick=${onClose}
  />`;
  return html`<${Panel}
    title=${t("playground.layer.title", { layer: at + 1 })}
    level=${4}
    tools=${close}
  >
    <div class="fields">
      <${NumberField}
        label=${t("playground.units")}
        value=${layer.units}
        min=${1}
        max=${MOST_UNITS}
        integer=${true}
        help="layers.Dense.units"
        onChange=${(/** @type {number} */ units) => change({ units })}
      />
      <${Select}
        label=${t("playground.activation")}
        value=${layer.activation}
        options=${ACTIVATIONS.map((name) => ({ value: name, label: name, help: `layers.${name}` }))}
        onChange=${(/** @type {string} */ activation) => change({ activation })}
      />
      <${Chosen}
        label=${t("playground.init")}
        value=${layer.init}
        folder="initializers"
        names=${INITIALIZERS}
        none=${t("playground.init.usual")}
        help="layers.Dense.init"
        onChange=${(/** @type {any} */ init) => change({ init })}
      />
      <${Select}
        label=${t("playground.norm")}
        value=${layer.norm}
        options=${[
          { value: "", label: t("playground.none"), help: { text: t("playground.norm.help") } },
          ...NORMS.map((name) => ({ value: name, label: name, help: `layers.${name}` })),
        ]}
        onChange=${(/** @type {string} */ norm) => change({ norm })}
      />
      <${Slider}
        label=${t("playground.dropout")}
        value=${layer.dropout}
        min=${0}
        max=${0.9}
        step=${0.05}
        help="layers.Dropout"
        onChange=${(/** @type {number} */ dropout) => change({ dropout })}
      />
      <${Chosen}
        label=${t("playground.penalty")}
        value=${layer.penalty}
        folder="losses"
        names=${PENALTIES}
        none=${t("playground.none")}
        help="layers.Dense.penalty"
        onChange=${(/** @type {any} */ penalty) => change({ penalty })}
      />
    </div>
    ${
      many &&
      html`<${Button}
        onClick=${() => {
          const { units: _units, ...changes } = layer;
          dispatch({ type: "all layers", changes });
        }}
      >
        ${t("playground.layer.all")}
      <//>`
    }
  <//>`;
}
