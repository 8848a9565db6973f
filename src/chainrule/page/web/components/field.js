// A control with its name before it, its help beside it and its sentence below it.
import { Help } from "./help.js";
import { html, useId } from "./html.js";
import { Notice } from "./notice.js";

/**
 * @typedef {object} FieldProps
 * @property {string} label
 * @property {import("./help.js").HelpOf} [help] a topic, or what Help takes
 * @property {string} [helpName] what the help is about, where that is not the label
 * @property {any} [value] shown beside the name
 * @property {import("../app/refusal.js").Refusal | string | null} [refusal] why the input is not taken
 * @property {boolean} [inline] the control stands beside its name
 * @property {string} [class]
 * @property {(id: string, described: string | undefined) => any} children gives the control with this id
 */

/** @param {FieldProps} props */
export function Field({ label, help, helpName, value, refusal, inline, children, ...rest }) {
  const id = useId();
  const control = Array.isArray(children) ? children[0] : children;
  const sentence = refusal ? `${id}-why` : undefined;
  return html`<div class=${`field ${inline ? "inline" : ""} ${rest.class ?? ""}`}>
    <div class="field-head">
      <label for=${id}>${label}</label>
      ${help && html`<${Help} of=${help} label=${helpName ?? label} />`}
      ${value !== undefined && html`<span class="field-value">${value}</span>`}
    </div>
    ${typeof control === "function" ? control(id, sentence) : control}
    ${refusal && html`<${Notice} id=${sentence} refusal=${refusal} small />`}
  </div>`;
}
