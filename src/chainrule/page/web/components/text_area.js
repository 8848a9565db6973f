// Longer text: a table that is pasted, a formula, Python.
import { Field } from "./field.js";
import { html } from "./html.js";

/**
 * @param {{ label: string, value: string, onChange: (text: string) => void, code?: boolean,
 *   rows?: number, help?: import("./help.js").HelpOf, refusal?: any, placeholder?: string,
 *   readonly?: boolean }} props
 */
export function TextArea({
  label,
  value,
  onChange,
  code,
  rows = 4,
  help,
  refusal,
  placeholder,
  readonly,
}) {
  return html`<${Field} label=${label} help=${help} refusal=${refusal}>
    ${(/** @type {string} */ id, /** @type {string | undefined} */ described) =>
      html`<textarea
        id=${id}
        class=${code ? "code" : ""}
        rows=${rows}
        value=${value}
        placeholder=${placeholder}
        readonly=${readonly}
        spellcheck=${!code}
        aria-invalid=${refusal ? "true" : undefined}
        aria-describedby=${described}
        onInput=${(/** @type {any} */ event) => onChange(event.target.value)}
      />`}
  <//>`;
}

/**
 * One line of text, such as a formula. `onChange` is called while it is typed.
 *
 * @param {{ label: string, value: string, onChange: (text: string) => void, code?: boolean,
 *   help?: import("./help.js").HelpOf, refusal?: any, placeholder?: string, onEnter?: () => void }} props
 */
export function TextField({ label, value, onChange, code, help, refusal, placeholder, onEnter }) {
  return html`<${Field} label=${label} help=${help} refusal=${refusal}>
    ${(/** @type {string} */ id, /** @type {string | undefined} */ described) =>
      html`<input
        type="text"
        id=${id}
        class=${code ? "code" : ""}
        value=${value}
        placeholder=${placeholder}
        autocomplete="off"
        autocapitalize="off"
        spellcheck=${!code}
        aria-invalid=${refusal ? "true" : undefined}
        aria-describedby=${described}
        onInput=${(/** @type {any} */ event) => onChange(event.target.value)}
        onKeyDown=${(/** @type {KeyboardEvent} */ event) => {
          if (event.key === "Enter" && !event.isComposing) onEnter?.();
        }}
      />`}
  <//>`;
}
