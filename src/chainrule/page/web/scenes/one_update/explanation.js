// One number: its formula, the same with numbers, and where each of them came from.
import { Button } from "../../components/button.js";
import { Formula } from "../../components/formula.js";
import { html, useEffect, useRef, useState } from "../../components/html.js";
import { exact } from "../../components/numbers.js";
import { explained, largestFirst, linked, named, shares } from "../../reference/explained.js";
import { greek, indexed, isProse, number } from "../../reference/words.js";
import { Source } from "./stage_view.js";
import { givenText, isOfRows, noteLines } from "./words.js";

/** @typedef {import("../../reference/explained.js").Explained} Explained */
/** @typedef {import("../../reference/stages.js").Quantity} Quantity */
/** @typedef {import("./moment.js").Moment} Moment */
/** @typedef {import("../../app/texts.js").Translate} Translate */

const FIRST = 8; // terms of a sum that are written in one line
const SHOWN = 10; // terms of the table
const MORE = 200;
const ROWS = 8;

/** @param {number} value @param {number} [digits] @returns {string} a number with its sign */
const signed = (value, digits = 4) =>
  (number(value, digits).startsWith("−") ? "" : "+") + number(value, digits);

/**
 * @param {{ moment: Moment, quantities: Quantity[], look: { quantity: Quantity, at: number[] } | null,
 *   onFollow: (where: string, step?: number) => void, onRow: (row: number) => void,
 *   canGoBack: boolean, t: Translate }} props `canGoBack`: the step before can be shown
 */
export function Explanation({ moment, quantities, look, onFollow, onRow, canGoBack, t }) {
  const [more, showMore] = useState("");
  const where = useRef(/** @type {HTMLElement | null} */ (null));
  const followed = useRef(false);
  useEffect(() => {
    // The button that was pressed may be gone: the keyboard goes on from the new number.
    const now = document.activeElement;
    const here = now === document.body || where.current?.parentElement?.contains(now);
    if (followed.current && here) where.current?.focus({ preventScroll: true });
    followed.current = false;
  }, [look]);
  if (!look) return html`<p class="quiet">${t("one_update.explanation.none")}</p>`;
  const follow = (/** @type {string} */ to, /** @type {number | undefined} */ step) => {
    followed.current = true;
    onFollow(to, step);
  };
  const one = explained(look.quantity, look.at);
  const { quantity: q } = one;
  const order = largestFirst(one);
  const shown = order.slice(0, more === one.where ? MORE : SHOWN);
  const rest = order.slice(shown.length);
  const dtype = q.array.data instanceof Float32Array ? "float32" : "float64";
  const equation = greek(q.equation);
  return html`<div class="update-explained" aria-live="polite">
    <p class="update-where" ref=${where} tabindex="-1">
      <strong>${one.where}</strong>${" = "}
      <strong class="update-value"
        >${exact(one.value, dtype).replace("-", "−").replace("e-", "e−")}</strong
      >
      ${" "}<${Source} q=${q} moment=${moment} t=${t} />
    </p>
    ${
      q.given
        ? html`<${Given}
            one=${one}
            moment=${moment}
            quantities=${quantities}
            onFollow=${follow}
            canGoBack=${canGoBack}
            t=${t}
          />`
        : html`<div class="update-formulas">
            <${Line} text=${equation} />
            ${one.terms.length > 0 && html`<${Line} text=${`${leftOf(one, t)} = ${sumOf(one, 0)}`} />`}
            ${one.terms.length > 0 && sumOf(one, 1) && html`<${Line} text=${`${leftOf(one, t)} = ${sumOf(one, 1)}`} />`}
          </div>`
    }
    ${
      one.terms.length > 0 &&
      html`<table class="update-terms">
        <caption>
          ${t(`one_update.terms.${one.terms.length === 1 ? "one" : "count"}`, { count: one.terms.length })}
        </caption>
        <thead>
          <tr>
            <th scope="col">${t("one_update.terms.value")}</th>
            <th scope="col">${t("one_update.terms.term")}</th>
            <th scope="col">${t("one_update.terms.numbers")}</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((k) => html`<${TermRow} key=${k} one=${one} k=${k} quantities=${quantities} onFollow=${follow} />`)}
          ${
            rest.length > 0 &&
            html`<tr>
              <td>${signed(rest.reduce((sum, k) => sum + one.terms.values[k], 0))}</td>
              <td colspan="2">
                ${t("one_update.terms.rest", { count: rest.length })}
                ${
                  more !== one.where &&
                  html` <${Button} kind="quiet" onClick=${() => showMore(one.where)}
                    >${t("one_update.terms.more")}<//
                  >`
                }
              </td>
            </tr>`
          }
          <tr class="update-sum">
            <td>${signed(one.total, 6)}</td>
            <td colspan="2">${t("one_update.terms.sum")}</td>
          </tr>
        </tbody>
      </table>`
    }
    ${one.then && html`<p>${noteLines(one.then, t).map((line) => html`<${Words} text=${line} />`)}</p>`}
    ${noteLines(one.note, t).map((line, k) => html`<p key=${k}><${Words} text=${line} /></p>`)}
    ${!one.terms.length && !one.note && !q.given && html`<p>${t("one_update.terms.none")}</p>`}
    ${
      !one.addsUp &&
      html`<p class="update-wrong">
        ${t("one_update.wrong", { sum: number(one.total, 9), value: number(one.expected, 9) })}
      </p>`
    }
    <${Shares} one=${one} moment=${moment} onRow=${onRow} t=${t} />
  </div>`;
}

/** A sentence or an equation. @param {{ text: string }} props */
const Words = ({ text }) =>
  isProse(text) || !/[=·]/.test(text) || /[\u4e00-\u9fff]/.test(text)
    ? text
    : html`<${Formula} text=${text} />`;

/** A line on its own; one that is too long can be scrolled by keys. @param {{ text: string }} props */
function Line({ text }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [long, setLong] = useState(false);
  useEffect(() => {
    const { scrollWidth = 0, clientWidth = 0 } = box.current ?? {};
    setLong(scrollWidth > clientWidth);
  });
  return html`<div ref=${box} class="update-line" tabindex=${long ? 0 : undefined}>
    ${isProse(text) ? text : html`<${Formula} text=${text} />`}
  </div>`;
}

/** @param {Explained} one @param {Translate} t @returns {string} what is on the left of the terms */
function leftOf(one, t) {
  const gap = Math.abs(one.expected - one.value);
  return gap > 1e-3 * Math.max(Math.abs(one.value), Math.abs(one.expected))
    ? t("one_update.terms.sum")
    : one.where;
}

/** @param {Explained} one @param {0 | 1} which in symbols, or in numbers @returns {string} */
function sumOf({ terms }, which) {
  let text = "";
  for (const term of terms.list(FIRST)) {
    const part = which ? term.numbers : term.formula;
    if (!part) return "";
    text =
      text === "" ? part : text + (part.startsWith("−") ? ` − ${part.slice(1)}` : ` + ${part}`);
  }
  return terms.length > FIRST ? `${text} + …` : text;
}

/** @param {{ one: Explained, k: number, quantities: Quantity[], onFollow: (where: string) => void }} props */
function TermRow({ one, k, quantities, onFollow }) {
  const term = one.terms.at(k);
  return html`<tr>
    <td class="update-number">${signed(term.value)}</td>
    <td>
      ${linked(term.formula, quantities, one.quantity).map(({ text, entry }, n) => {
        if (!entry) return html`<span key=${n}>${text}</span>`;
        const value = number(entry.quantity.array.data[placeIn(entry)], 6);
        return html`<button
          type="button"
          key=${n}
          class="update-link"
          title=${`${text} = ${value}`}
          onClick=${() => onFollow(indexed(entry.quantity.symbol, entry.at))}
        >
          ${text}
        </button>`;
      })}
    </td>
    <td>${term.numbers}</td>
  </tr>`;
}

/** @param {{ quantity: Quantity, at: number[] }} entry */
const placeIn = ({ quantity, at }) =>
  quantity.array.shape.reduce((place, n, axis) => place * n + at[axis], 0);

/**
 * Where a given number came from: the data, the step before, or the beginning.
 *
 * @param {{ one: Explained, moment: Moment, quantities: Quantity[],
 *   onFollow: (where: string, step?: number) => void, canGoBack: boolean, t: Translate }} props
 */
function Given({ one, moment, quantities, onFollow, canGoBack, t }) {
  const { quantity: q, at } = one;
  const isState = /^(a parameter|a running|a slot|the average)/.test(q.equation);
  const isSlot = q.equation.startsWith("a slot");
  const before = indexed(
    isSlot || q.symbol.startsWith("old.") ? q.symbol.replace(/^old\./, "") : `new.${q.symbol}`,
    at,
  );
  const after = named(
    quantities,
    isSlot || q.symbol.startsWith("old.") ? q.symbol.replace(/^old\./, "") : `new.${q.symbol}`,
  );
  const ofRows = isOfRows(q, moment.update.program, moment.rows.length);
  return html`<p>${givenText(q, t)}</p>
    ${
      isState &&
      (moment.step > 0 && canGoBack
        ? html`<p>
            <button
              type="button"
              class="update-link"
              onClick=${() => onFollow(before, moment.step - 1)}
            >
              ${t("one_update.earlier", { name: before })}
            </button>
          </p>`
        : moment.step === 0 && html`<p>${t(`one_update.begins${isSlot ? ".slot" : ""}`)}</p>`)
    }
    ${
      isState &&
      after &&
      html`<p>
        <button
          type="button"
          class="update-link"
          onClick=${() => onFollow(indexed(after.symbol, at))}
        >
          ${t("one_update.later", { name: indexed(after.symbol, at) })}
        </button>
      </p>`
    }
    ${ofRows && q.symbol !== "row" && html`<p>${t("one_update.data.row", { row: moment.rows[at[0]] })}</p>`}`;
}

/** @param {{ one: Explained, moment: Moment, onRow: (row: number) => void, t: Translate }} props */
function Shares({ one, moment, onRow, t }) {
  const all = shares(one);
  if (all.length < 2) return null;
  const made = all.filter(({ value }) => value !== 0);
  const size = made.reduce((sum, { value }) => sum + Math.abs(value), 0);
  return html`<div class="update-shares">
    <h4>${t("one_update.shares")}</h4>
    <ul>
      ${made.slice(0, ROWS).map(
        ({ row, value }) =>
          html`<li key=${row}>
            <button type="button" class="update-link" onClick=${() => onRow(row)}>
              ${t("one_update.row.one", { row: moment.rows[row] ?? row })}
            </button>
            <span>${signed(value)}</span>
            <meter
              min="0"
              max="1"
              value=${Math.abs(value) / size}
              aria-label=${signed(value)}
            ></meter>
          </li>`,
      )}
    </ul>
    ${all.length > made.length && html`<p class="quiet">${t("one_update.shares.none", { count: all.length - made.length })}</p>`}
  </div>`;
}
