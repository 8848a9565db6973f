// A number by hand or by typing; linear, logarithmic, or one of a list.
import { Field } from "./field.js";
import { html, useState } from "./html.js";
import { NumberInput } from "./number_field.js";
import { short } from "./numbers.js";

/**
 * @typedef {object} SliderProps
 * @property {string} label
 * @property {number} value
 * @property {(value: number) => void} onChange
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [step] of a linear slider
 * @property {"linear" | "log"} [scale] a log slider goes by 1, 2, 5 in each power of ten
 * @property {number[]} [choices] the only values that the slider takes; typing takes any in range
 * @property {boolean} [integer]
 * @property {string} [unit]
 * @property {import("./help.js").HelpOf} [help]
 * @property {boolean} [disabled]
 * @property {boolean} [strict] typed numbers must lie in the range of the slider (default)
 * @property {number} [hardMin] typed numbers may go down to this
 * @property {number} [hardMax] typed numbers may go up to this
 */

/** Return 1, 2, 5, 10, ... from min to max. @param {number} min @param {number} max */
export function ladder(min, max) {
  const values = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power += 1) {
    for (const digit of [1, 2, 5]) {
      const value = Number(`${digit}e${power}`);
      if (value >= min * (1 - 1e-12) && value <= max * (1 + 1e-12)) values.push(value);
    }
  }
  return values;
}

/** @param {SliderProps} props */
export function Slider(props) {
  const { label, value, onChange, min = 0, max = 1, step = 0.01, unit, disabled } = props;
  const [refusal, refuse] = useState(/** @type {any} */ (null));
  const choices = props.choices ?? (props.scale === "log" ? ladder(min, max) : null);
  const name = unit ? `${label} (${unit})` : label;
  const nearest = choices ? closest(choices, value) : value;
  const rule = {
    min: props.hardMin ?? (choices ? Math.min(min, choices[0]) : min),
    max: props.hardMax ?? (choices && props.max === undefined ? choices[choices.length - 1] : max),
    integer: props.integer,
  };
  return html`<${Field} label=${name} help=${props.help} refusal=${refusal} class="slider">
    ${(/** @type {string} */ id, /** @type {string | undefined} */ described) =>
      html`<div class="slider-row">
        <input
          type="range"
          id=${id}
          min=${choices ? 0 : min}
          max=${choices ? choices.length - 1 : max}
          step=${choices ? 1 : step}
          value=${nearest}
          aria-valuetext=${`${short(value)}${unit ? ` ${unit}` : ""}`}
          disabled=${disabled}
          onInput=${(/** @type {any} */ event) => {
            const at = Number(event.target.value);
            refuse(null);
            onChange(choices ? choices[at] : at);
          }}
        />
        <${NumberInput}
          ...${rule}
          value=${value}
          onChange=${onChange}
          onRefuse=${refuse}
          described=${described}
          named=${name}
          disabled=${disabled}
        />
      </div>`}
  <//>`;
}

/** Return the position of the value nearest to another, by ratio where all are positive. */
function closest(/** @type {number[]} */ choices, /** @type {number} */ value) {
  const positive = choices[0] > 0 && value > 0;
  const distance = (/** @type {number} */ choice) =>
    positive ? Math.abs(Math.log(choice / value)) : Math.abs(choice - value);
  let best = 0;
  choices.forEach((choice, k) => {
    if (distance(choice) < distance(choices[best])) best = k;
  });
  return best;
}
