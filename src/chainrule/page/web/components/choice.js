// One of a few, all of them seen: a row of buttons of which one is down.
import { Help } from "./help.js";
import { html, useId } from "./html.js";

/**
 * @param {{ label: string, value: string | number, onChange: (value: any) => void,
 *   options: { value: string | number, label: string, picture?: any }[],
 *   help?: import("./help.js").HelpOf, hidden?: boolean, disabled?: boolean }} props
 *   `hidden` leaves the name to screen readers; `picture` stands above the option's name
 */
export function Choice({ label, value, onChange, options, help, hidden, disabled }) {
  const id = useId();
  return html`<fieldset class="choice" disabled=${disabled}>
    <legend class=${hidden ? "only-heard" : ""}>
      ${label}${help && html`<${Help} of=${help} label=${label} />`}
    </legend>
    <div class="choice-row">
      ${options.map(
        (option, k) =>
          html`<div class="choice-item" key=${option.value}>
            <input
              type="radio"
              name=${id}
              id=${`${id}-${k}`}
              checked=${option.value === value}
              onChange=${() => onChange(option.value)}
            />
            <label for=${`${id}-${k}`}>${option.picture}${option.label}</label>
          </div>`,
      )}
    </div>
  </fieldset>`;
}
