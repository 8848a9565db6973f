// A number, exactly as it is typed.
import { Field } from "./field.js";
import { html, useLayoutEffect, useState } from "./html.js";
import { readNumber, typed } from "./numbers.js";

/**
 * @typedef {object} NumberFieldProps
 * @property {string} label
 * @property {number} value
 * @property {(value: number) => void} onChange called with numbers that obey the rule only
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [above] the value must be greater
 * @property {number} [below] the value must be less
 * @property {boolean} [integer]
 * @property {string} [unit]
 * @property {import("./help.js").HelpOf} [help]
 * @property {boolean} [disabled]
 * @property {boolean} [inline]
 */

/** A field with its name. @param {NumberFieldProps} props */
export function NumberField(props) {
  const [refusal, refuse] = useState(/** @type {any} */ (null));
  const name = props.unit ? `${props.label} (${props.unit})` : props.label;
  return html`<${Field} label=${name} help=${props.help} refusal=${refusal} inline=${props.inline}>
    ${(/** @type {string} */ id, /** @type {string | undefined} */ described) =>
      html`<${NumberInput} ...${props} id=${id} described=${described} onRefuse=${refuse} />`}
  <//>`;
}

/**
 * The bare input. The last good value stays in force until what is typed is a good one.
 *
 * @param {NumberFieldProps & { id?: string, described?: string, named?: string,
 *   onRefuse?: (refusal: any) => void }} props
 */
export function NumberInput(props) {
  const { value, onChange, onRefuse, id, described, named, disabled } = props;
  const [draft, setDraft] = useState(/** @type {string | null} */ (null));
  const [wrong, setWrong] = useState(false);
  // at once, so that nothing is lost that is typed in the moment in which the field appears
  useLayoutEffect(() => {
    setDraft(null);
    setWrong(false);
    onRefuse?.(null);
  }, [value]);

  /** @param {string} text @param {boolean} done */
  const take = (text, done) => {
    setDraft(text);
    try {
      const number = readNumber(text, props);
      setWrong(false);
      onRefuse?.(null);
      if (number !== value) onChange(number);
      else if (done) setDraft(null);
    } catch (refusal) {
      if (!done) return;
      setWrong(true);
      onRefuse?.(refusal);
    }
  };
  return html`<input
    type="text"
    class="number"
    inputmode=${props.min !== undefined && props.min >= 0 && props.integer ? "numeric" : "text"}
    autocomplete="off"
    spellcheck=${false}
    id=${id}
    aria-label=${named}
    aria-invalid=${wrong ? "true" : undefined}
    aria-describedby=${described}
    disabled=${disabled}
    value=${draft ?? typed(value)}
    onInput=${(/** @type {any} */ event) => setDraft(event.target.value)}
    onChange=${(/** @type {any} */ event) => take(event.target.value, true)}
    onKeyDown=${(/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape" && draft !== null) {
        event.stopPropagation();
        setDraft(null);
        setWrong(false);
        onRefuse?.(null);
      }
      if (event.key === "Enter") take(/** @type {any} */ (event.target).value, true);
    }}
  />`;
}
