// One of several: a list that opens.
import { Field } from "./field.js";
import { html } from "./html.js";

/**
 * @typedef {object} Option
 * @property {string | number} value
 * @property {string} label
 * @property {string} [group] options of one group stand together under its name
 * @property {import("./help.js").HelpOf} [help] explains the option while it is chosen
 * @property {boolean} [disabled]
 */

/**
 * @typedef {object} SelectProps
 * @property {string} label
 * @property {string | number} value
 * @property {Option[]} options
 * @property {(value: any) => void} onChange called with the option's own value
 * @property {import("./help.js").HelpOf} [help] where the chosen option has none
 * @property {boolean} [disabled]
 * @property {boolean} [inline]
 */

/** @param {SelectProps} props */
export function Select({ label, value, options, onChange, help, disabled, inline }) {
  const chosen = options.find((option) => option.value === value);
  const groups = [...new Set(options.map((option) => option.group ?? ""))];
  /** @param {Option} option */
  const item = (option) =>
    html`<option
      key=${option.value}
      value=${String(option.value)}
      selected=${option.value === value}
      disabled=${option.disabled}
    >
      ${option.label}
    </option>`;
  return html`<${Field}
    label=${label}
    help=${chosen?.help ?? help}
    helpName=${chosen?.help ? chosen.label : label}
    inline=${inline}
  >
    ${(/** @type {string} */ id) =>
      html`<select
        id=${id}
        disabled=${disabled}
        value=${String(value)}
        onChange=${(/** @type {any} */ event) => {
          const option = options.find((one) => String(one.value) === event.target.value);
          if (option) onChange(option.value);
        }}
      >
        ${groups.map((group) => {
          const items = options.filter((option) => (option.group ?? "") === group).map(item);
          return group ? html`<optgroup key=${group} label=${group}>${items}</optgroup>` : items;
        })}
      </select>`}
  <//>`;
}
