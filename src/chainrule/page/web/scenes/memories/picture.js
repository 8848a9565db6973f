// A small picture of a pattern.
import { html } from "../../components/html.js";

/**
 * @param {{ signs: ArrayLike<number>, rows: number, columns: number, label?: string }} props
 *   without a label it is decoration
 */
export function Picture({ signs, rows, columns, label }) {
  let on = "";
  for (let i = 0; i < rows * columns; i++)
    if (signs[i] > 0) on += `M${i % columns},${Math.floor(i / columns)}h1v1h-1z`;
  return html`<svg
    class="picture"
    viewBox=${`0 0 ${columns} ${rows}`}
    role=${label ? "img" : undefined}
    aria-label=${label}
    aria-hidden=${label ? undefined : "true"}
  >
    <rect width=${columns} height=${rows} class="off" />
    <path d=${on} class="on" />
  </svg>`;
}

/** −1 and 1 as the empty and full cells of a picture to draw on. @param {ArrayLike<number>} signs */
export const shades = (signs) => Float32Array.from(signs, (v) => (v > 0 ? 1 : 0));
