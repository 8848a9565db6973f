// Probabilities as bars with their numbers.
import { html } from "./html.js";
import { percent, short } from "./numbers.js";

/**
 * @param {{ label: string, values: ArrayLike<number>, names: string[], best?: number, most?: number,
 *   shares?: boolean, onSelect?: (k: number) => void, selected?: number | null }} props
 *   `best` is marked; `most` is the value of a full bar (1 by itself); `shares` prints percent
 */
export function BarRow({
  label,
  values,
  names,
  best,
  most = 1,
  shares = true,
  onSelect,
  selected,
}) {
  return html`<ul class="bar-row" aria-label=${label}>
    ${names.map((name, k) => {
      const value = values[k];
      const text = shares ? percent(value) : short(value);
      const share = Math.max(0, Math.min(1, Math.abs(value) / most)) || 0;
      const content = html`<span class="bar-name">${name}</span>
        <span class="bar-track"
          ><span class="bar-fill" style=${{ width: `${100 * share}%` }}></span
        ></span>
        <span class="bar-value">${text}</span>`;
      return html`<li key=${name} class=${k === best ? "best" : ""}>
        ${
          onSelect
            ? html`<button
                type="button"
                aria-pressed=${k === selected}
                onClick=${() => onSelect(k)}
              >
                ${content}
              </button>`
            : content
        }
      </li>`;
    })}
  </ul>`;
}
