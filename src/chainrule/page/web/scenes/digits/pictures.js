// Small pictures of digits, kernels and maps.
import { HeatMap } from "../../components/heat_map.js";
import { html } from "../../components/html.js";

/**
 * @param {{ values: ArrayLike<number>, side: number, label: string, caption?: any,
 *   palette?: "sequential" | "diverging", range?: [number, number], version?: any,
 *   onSelect?: () => void, selected?: boolean, small?: boolean }} props
 *   with `onSelect` the picture is a button
 */
export function Thumb({
  values,
  side,
  label,
  caption,
  palette = "sequential",
  range,
  version,
  onSelect,
  selected,
  small,
}) {
  const picture = html`<${HeatMap}
    label=${label}
    grid=${{ values, rows: side, columns: side, palette, range }}
    version=${version ?? values}
  />`;
  const kind = `digit-thumb ${small ? "small" : ""} ${selected ? "selected" : ""}`;
  // what is seen on a button is part of its name
  const name =
    typeof caption === "string" && !label.includes(caption) ? `${caption}. ${label}` : label;
  return onSelect
    ? html`<button
        type="button"
        class=${kind}
        aria-label=${name}
        aria-pressed=${selected}
        onClick=${onSelect}
      >
        ${picture}${caption && html`<span class="digit-caption">${caption}</span>`}
      </button>`
    : html`<figure class=${kind}>
        ${picture}${caption && html`<figcaption class="digit-caption">${caption}</figcaption>`}
      </figure>`;
}
