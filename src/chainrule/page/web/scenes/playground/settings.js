// A choice of one class of chainrule, and fields for its settings as Python's docstrings tell them.
import { html } from "../../components/html.js";
import { NumberField } from "../../components/number_field.js";
import { usePage } from "../../components/page_context.js";
import { Select } from "../../components/select.js";
import { Toggle } from "../../components/toggle.js";
import { classFacts } from "../../graph/facts.js";
import { FIRST_SETTINGS } from "./catalogue.js";

/** @typedef {import("./catalogue.js").Description} Description */

/** @param {string} path @returns {Description} */
export const firstOf = (path) => ({ class: path, settings: { ...FIRST_SETTINGS[path] } });

/** Settings that have no field here. */
const HIDDEN = new Set(["name", "reduction", "init", "penalty", "trainable", "monitor", "tie"]);

/**
 * @param {{ label: string, value: Description | null, folder: string, names: string[],
 *   onChange: (value: Description | null) => void, none?: string, help?: any, hide?: string[],
 *   make?: (name: string) => Description, describe?: (name: string) => string }} props
 *   `none` is the name of "no such thing"; `describe` the name of a class among the options
 */
export function Chosen(props) {
  const { label, value, folder, names, onChange, none, help, hide, make, describe } = props;
  const name = value ? value.class.replace(`${folder}.`, "") : "";
  const options = [
    ...(none === undefined ? [] : [{ value: "", label: none, help }]),
    ...names.map((one) => ({
      value: one,
      label: describe?.(one) ?? one,
      help: `${folder}.${one}`,
    })),
  ];
  return html`<${Select}
      label=${label}
      value=${name}
      options=${options}
      help=${help}
      onChange=${(/** @type {string} */ one) =>
        onChange(one ? (make?.(one) ?? firstOf(`${folder}.${one}`)) : null)}
    />
    ${value && html`<${Settings} value=${value} onChange=${onChange} hide=${hide} />`}`;
}

/**
 * @param {{ value: Description, onChange: (value: Description) => void, hide?: string[] }} props
 */
export function Settings({ value, onChange, hide = [] }) {
  const { t } = usePage();
  const facts = classFacts(value.class);
  if (!facts) return null;
  const fields = Object.entries(facts.settings).filter(
    ([name]) => !HIDDEN.has(name) && !hide.includes(name),
  );
  if (!fields.length) return null;
  /** @param {string} name @param {any} next */
  const set = (name, next) => onChange({ ...value, settings: { ...value.settings, [name]: next } });
  return html`<div class="settings">
    ${fields.map(([name, about]) => {
      const now = value.settings?.[name] ?? about.default;
      const help = `${value.class}.${name}`;
      const { kind } = about;
      if (Array.isArray(kind)) {
        return html`<${Select}
          key=${name}
          label=${name}
          value=${now}
          options=${kind.map((word) => ({ value: word, label: word }))}
          help=${help}
          onChange=${(/** @type {any} */ next) => set(name, next)}
        />`;
      }
      if (kind === "truth") {
        return html`<${Toggle}
          key=${name}
          label=${name}
          value=${Boolean(now)}
          help=${help}
          onChange=${(/** @type {boolean} */ next) => set(name, next)}
        />`;
      }
      if (typeof now !== "number") {
        return now === null || now === undefined
          ? null
          : html`<p key=${name} class="quiet-words">${t("playground.setting_of", { name })}</p>`;
      }
      return html`<${NumberField}
        key=${name}
        label=${name}
        value=${now}
        integer=${kind === "whole" || kind === "length" || kind === "length?"}
        help=${help}
        inline=${true}
        onChange=${(/** @type {number} */ next) => set(name, next)}
      />`;
    })}
  </div>`;
}
