// The article's lines, each beside the numbers that it makes.
import { html } from "../../components/html.js";
import { NumberGrid } from "../../components/number_grid.js";

/** @typedef {import("./matrix.js").Matrix} Matrix */

/**
 * A value with its name. A column stands as a row, its transpose, which takes less room.
 *
 * @param {{ name: string, value: Matrix, after?: string }} props
 */
export function Numbers({ name, value, after = "" }) {
  const column = value.length > 1 && value[0].length === 1;
  const label = column ? `${name}.T` : name;
  return html`<div class="article-value">
    <span class="article-value-name">${label}${after}</span>
    <${NumberGrid}
      label=${label}
      values=${value.flat()}
      rows=${column ? 1 : value.length}
      columns=${column ? value.length : value[0].length}
      digits=${5}
      plain=${true}
    />
  </div>`;
}

/** @param {string} code @param {Record<string, string>} gaps */
const filled = (code, gaps) => code.replace(/\{(\w+)\}/g, (all, name) => gaps[name] ?? all);

/**
 * @param {{ run: import("./article.js").Run, step: number, line: number,
 *   onLine: (line: number) => void, t: import("../../app/texts.js").Translate }} props
 *   `line` is how many lines of the update after `step` are done
 */
export function Code({ run, step, line, onLine, t }) {
  const { article, options } = run;
  const gaps = { seed: String(options.seed), ...article.gaps?.(options) };
  const made = run.update(step);
  /** @param {string} name @param {number} k */
  const valueOf = (name, k) => {
    const weights = article.weights.some((one) => one.name === name);
    if (weights) return k < line ? made.weights[name] : null;
    return k < line ? made.values[name] : null;
  };
  const before = run.weights(step);
  return html`<div class="article-code">
    <div class="article-before">
      ${article.begin.map((code) => html`<code key=${code}>${filled(code, gaps)}</code>`)}
      <code>${`for step in range(${run.steps}):`}</code>
      <div class="article-values">
        ${article.weights.map(
          ({ name }) =>
            html`<${Numbers}
              key=${name}
              name=${name}
              after=${t("articles.before")}
              value=${before[name]}
            />`,
        )}
      </div>
    </div>
    <ol class="article-lines">
      ${article.lines.map(
        (one, k) =>
          html`<li
            key=${one.id}
            class=${k < line ? "done" : "coming"}
            aria-current=${k === line - 1 ? "step" : undefined}
          >
            <button type="button" class="article-line" onClick=${() => onLine(k + 1)}>
              <code>${filled(one.code, gaps)}</code>
            </button>
            <span class="article-why">${t(`articles.${article.id}.${one.id}`)}</span>
            ${
              k < line &&
              html`<div class="article-values">
                ${one.shows.map((name) => {
                  const value = valueOf(name, k);
                  return value && html`<${Numbers} key=${name} name=${name} value=${value} />`;
                })}
              </div>`
            }
          </li>`,
      )}
    </ol>
  </div>`;
}
