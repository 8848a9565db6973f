// Numbers in their rows and columns, each of which can be asked.
import { ARROWS, rangeOf } from "./heat_map.js";
import { html, useRef, useState } from "./html.js";
import { exact, short } from "./numbers.js";
import { usePage } from "./page_context.js";
import { css, diverging, readable } from "./palette.js";

/**
 * One number: its color, four significant digits, all digits in its title. With `onSelect` it is a
 * button.
 *
 * @param {{ value: number, label: string, range?: [number, number], selected?: boolean,
 *   onSelect?: () => void, digits?: number, dtype?: "float32" | "float64", tabindex?: number,
 *   plain?: boolean, marked?: boolean, text?: string }} props
 *   `label` names the number ("W1, row 2, column 3"); `plain` leaves the color away; `marked` shows
 *   that the selected number came from this one; `text` stands instead of the number
 */
export function NumberCell(props) {
  const {
    value,
    label,
    range,
    selected,
    onSelect,
    digits = 4,
    dtype,
    tabindex,
    plain,
    marked,
  } = props;
  const { palette, dark } = usePage();
  const size = range ? Math.max(Math.abs(range[0]), Math.abs(range[1])) || 1 : 1;
  const color = diverging(palette, dark)(value / size);
  const style = plain ? undefined : { background: css(color), color: readable(color) };
  const all = exact(value, dtype);
  const words = props.text ?? short(value, digits);
  const kind = `number-cell ${selected ? "selected" : ""} ${marked ? "marked" : ""} ${plain ? "plain" : ""}`;
  if (!onSelect) {
    return html`<span class=${kind} style=${style} title=${`${label} = ${all}`}>${words}</span>`;
  }
  return html`<button
    type="button"
    class=${kind}
    style=${style}
    title=${`${label} = ${all}`}
    aria-label=${words === all ? `${label} = ${all}` : `${label} = ${words} (${all})`}
    aria-pressed=${Boolean(selected)}
    tabindex=${tabindex}
    onClick=${onSelect}
  >
    ${words}
  </button>`;
}

const MOST_ROWS = 40;
const MOST_COLUMNS = 32;

/**
 * @typedef {object} NumberGridProps
 * @property {string} label the value's name, such as "W1"
 * @property {ArrayLike<number>} values rows one after another
 * @property {number} rows
 * @property {number} columns
 * @property {{ row: number, column: number } | null} [selected]
 * @property {(row: number, column: number) => void} [onSelect]
 * @property {(row: number, column: number) => boolean} [marked] numbers that the selected one came from
 * @property {[number, number]} [range] at the ends of the palette
 * @property {string[]} [rowNames]
 * @property {string[]} [columnNames]
 * @property {"float32" | "float64"} [dtype]
 * @property {number} [digits]
 * @property {boolean} [plain]
 * @property {(row: number, column: number, value: number) => string} [text]
 * @property {(row: number, column: number) => string} [name] of one number, such as "W1[0, 2]"
 */

/** A matrix of numbers; arrows move in it. @param {NumberGridProps} props */
export function NumberGrid(props) {
  const { label, values, rows, columns, selected, onSelect, marked, rowNames, columnNames } = props;
  const { t } = usePage();
  const [everything, showEverything] = useState(false);
  const [focus, setFocus] = useState({ row: 0, column: 0 });
  const table = useRef(/** @type {HTMLElement | null} */ (null));
  const range = props.range ?? rangeOf({ values, rows, columns });
  const shownRows = everything ? rows : Math.min(rows, MOST_ROWS);
  const shownColumns = everything ? columns : Math.min(columns, MOST_COLUMNS);
  const at = selected ?? focus;
  const tabRow = Math.min(at.row, shownRows - 1);
  const tabColumn = Math.min(at.column, shownColumns - 1);

  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    const move = ARROWS[event.key];
    if (!move || !onSelect) return;
    const cell = /** @type {HTMLElement} */ (event.target).closest("[data-row]");
    if (!cell) return;
    event.preventDefault();
    event.stopPropagation();
    const row = Number(cell.getAttribute("data-row")) + move[0];
    const column = Number(cell.getAttribute("data-column")) + move[1];
    const next = table.current?.querySelector(
      `[data-row="${row}"][data-column="${column}"] button`,
    );
    if (!next) return;
    setFocus({ row, column });
    /** @type {HTMLElement} */ (next).focus();
  };
  const cut = shownRows < rows || shownColumns < columns;
  const line = Array.from({ length: shownRows }, (_, row) => row);
  const cells = Array.from({ length: shownColumns }, (_, column) => column);
  return html`<div class="number-grid">
    <div
      class="number-scroll"
      tabindex=${onSelect ? undefined : 0}
      role="group"
      aria-label=${t("shell.grid.name", { label, rows, columns })}
    >
      <table ref=${table} onKeyDown=${keys}>
        ${
          columnNames &&
          html`<thead>
            <tr>
              ${rowNames && html`<td></td>`}
              ${cells.map((column) => html`<th scope="col" key=${column}>${columnNames[column]}</th>`)}
            </tr>
          </thead>`
        }
        <tbody>
          ${line.map(
            (row) =>
              html`<tr key=${row}>
                ${rowNames && html`<th scope="row">${rowNames[row]}</th>`}
                ${cells.map((column) => {
                  const value = values[row * columns + column];
                  const name =
                    props.name?.(row, column) ??
                    `${label} [${rowNames?.[row] ?? row + 1}, ${columnNames?.[column] ?? column + 1}]`;
                  return html`<td key=${column} data-row=${row} data-column=${column}>
                    <${NumberCell}
                      value=${value}
                      label=${name}
                      range=${range}
                      digits=${props.digits}
                      dtype=${props.dtype}
                      plain=${props.plain}
                      text=${props.text?.(row, column, value)}
                      selected=${selected?.row === row && selected?.column === column}
                      marked=${marked?.(row, column)}
                      tabindex=${row === tabRow && column === tabColumn ? 0 : -1}
                      onSelect=${onSelect && (() => onSelect(row, column))}
                    />
                  </td>`;
                })}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      (cut || everything) &&
      html`<p class="number-more">
        ${t("shell.grid.shown", { rows: shownRows, columns: shownColumns, all: `${rows} × ${columns}` })}
        ${
          rows * columns <= 20000 &&
          html` <button
            type="button"
            class="button quiet"
            onClick=${() => showEverything(!everything)}
          >
            ${everything ? t("shell.grid.less") : t("shell.grid.all")}
          </button>`
        }
      </p>`
    }
  </div>`;
}
