// Which class was answered how often for which.
import { html } from "./html.js";
import { usePage } from "./page_context.js";
import { css, readable, sequential } from "./palette.js";

/**
 * @param {{ label: string, counts: ArrayLike<number>, names: string[],
 *   selected?: { row: number, column: number } | null,
 *   onSelect?: (row: number, column: number) => void }} props
 *   `counts` has the true classes as rows, the answers as columns
 */
export function Confusion({ label, counts, names, selected, onSelect }) {
  const { t, palette, dark } = usePage();
  const size = names.length;
  const color = sequential(palette, dark);
  const total = (/** @type {number} */ row) => {
    let sum = 0;
    for (let k = 0; k < size; k += 1) sum += counts[row * size + k];
    return sum;
  };
  return html`<div class="confusion">
    <table>
      <caption>
        ${label}
      </caption>
      <thead>
        <tr>
          <td class="confusion-corner">${t("shell.confusion.corner")}</td>
          ${names.map((name) => html`<th scope="col" key=${name}>${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${names.map((name, row) => {
          const all = total(row);
          return html`<tr key=${name}>
            <th scope="row">${name}</th>
            ${names.map((answer, column) => {
              const count = counts[row * size + column];
              const fill = color(all ? count / all : 0);
              const words = t("shell.confusion.cell", { count, truth: name, answer });
              const style = { background: css(fill), color: readable(fill) };
              const chosen = selected?.row === row && selected?.column === column;
              return html`<td key=${answer} class=${row === column ? "right" : ""}>
                ${
                  onSelect
                    ? html`<button
                        type="button"
                        class=${`number-cell ${chosen ? "selected" : ""}`}
                        style=${style}
                        title=${words}
                        aria-label=${words}
                        aria-pressed=${chosen}
                        onClick=${() => onSelect(row, column)}
                      >
                        ${count}
                      </button>`
                    : html`<span class="number-cell" style=${style} title=${words}>${count}</span>`
                }
              </td>`;
            })}
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}
