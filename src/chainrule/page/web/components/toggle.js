// On or off.
import { Help } from "./help.js";
import { html, useId } from "./html.js";

/**
 * @typedef {object} ToggleProps
 * @property {string} label
 * @property {boolean} value
 * @property {(value: boolean) => void} onChange
 * @property {import("./help.js").HelpOf} [help]
 * @property {boolean} [disabled]
 */

/** A switch: what it changes is changed at once. @param {ToggleProps} props */
export const Toggle = (props) => html`<${Box} ...${props} kind="switch" />`;

/** A box to check. @param {ToggleProps} props */
export const Checkbox = (props) => html`<${Box} ...${props} kind="checkbox" />`;

/** @param {ToggleProps & { kind: "switch" | "checkbox" }} props */
function Box({ label, value, onChange, help, disabled, kind }) {
  const id = useId();
  return html`<div class=${`box ${kind}`}>
    <input
      type="checkbox"
      role=${kind === "switch" ? "switch" : undefined}
      id=${id}
      checked=${value}
      disabled=${disabled}
      onChange=${(/** @type {any} */ event) => onChange(event.target.checked)}
    />
    <label for=${id}>${label}</label>
    ${help && html`<${Help} of=${help} label=${label} />`}
  </div>`;
}
