// How well it reads digits that it has not seen: curves, confusion, and the pictures it got wrong.
import { Button } from "../../components/button.js";
import { Confusion } from "../../components/confusion.js";
import { html, useMemo, useState } from "../../components/html.js";
import { LineChart } from "../../components/line_chart.js";
import { percent } from "../../components/numbers.js";
import { Panel } from "../../components/panel.js";
import { Thumb } from "./pictures.js";
import { NAMES } from "./reading.js";
import { best } from "./training.js";

/** @typedef {import("../../app/texts.js").Translate} Translate */

const SHOWN = 24;

/** @param {{ training: import("./training.js").Training, epochs: number, t: Translate }} props */
export const Curves = ({ training, epochs, t }) =>
  html`<div class="digit-curves">
    <${LineChart}
      label=${t("digits.loss")}
      series=${[{ name: t("digits.loss"), y: training.losses, start: 1 }]}
      xLabel=${t("digits.epoch")}
      yLabel=${t("digits.loss")}
      log=${true}
      xRange=${[0, epochs]}
      version=${training.epoch}
      height=${170}
    />
    <${LineChart}
      label=${t("digits.accuracy")}
      series=${[{ name: t("digits.accuracy"), y: training.accuracies }]}
      xLabel=${t("digits.epoch")}
      yLabel=${t("digits.accuracy")}
      xRange=${[0, epochs]}
      yRange=${[0, 1]}
      version=${training.epoch}
      height=${170}
    />
  </div>`;

/**
 * @param {{ training: import("./training.js").Training, set: any, row: number,
 *   onRow: (row: number) => void, t: Translate }} props
 */
export function HeldOut({ training, set, row, onRow, t }) {
  const [chosen, choose] = useState(/** @type {any} */ (null));
  const [all, showAll] = useState(false);
  const { answers } = training;
  const found = useMemo(() => {
    if (!answers || !set) return null;
    const counts = new Float64Array(100);
    /** @type {{ row: number, truth: number, answer: number, p: number }[]} */
    const rows = [];
    for (let k = 0; k < set.test.n; k++) {
      const [truth, answer] = [set.test.y[k], best(answers, k)];
      counts[10 * truth + answer]++;
      rows.push({ row: k, truth, answer, p: answers[10 * k + answer] });
    }
    return { counts, rows };
  }, [answers, set]);
  if (!found) return html`<p role="status">${t("digits.wait")}</p>`;
  const wrong = found.rows.filter(({ truth, answer }) => truth !== answer);
  const list = chosen
    ? found.rows.filter(({ truth, answer }) => truth === chosen.row && answer === chosen.column)
    : [...wrong].sort((a, b) => b.p - a.p || a.row - b.row);
  const right = set.test.n - wrong.length;
  return html`<div class="digit-held-out">
    <${Panel} title=${t("digits.confusion")} help=${{ text: t("digits.confusion.help") }}>
      <p role="status" data-right=${right}>
        ${t("digits.accuracy.now", { right, n: set.test.n, share: percent(right / set.test.n, 2) })}
      </p>
      <${Confusion}
        label=${t("digits.confusion.label")}
        counts=${found.counts}
        names=${NAMES}
        selected=${chosen}
        onSelect=${(/** @type {number} */ r, /** @type {number} */ c) =>
          choose(chosen?.row === r && chosen?.column === c ? null : { row: r, column: c })}
      />
    <//>
    <${Panel}
      title=${t(chosen ? "digits.cell.rows" : "digits.wrong", chosen ? { truth: chosen.row, answer: chosen.column, n: list.length } : { n: list.length })}
    >
      ${chosen && html`<${Button} onClick=${() => choose(null)}>${t("digits.wrong.all")}<//>`}
      <ul class="digit-thumbs">
        ${list.slice(0, all ? 450 : SHOWN).map(
          (one) =>
            html`<li key=${one.row}>
              <${Thumb}
                values=${set.test.pictures.subarray(64 * one.row, 64 * one.row + 64)}
                side=${8}
                range=${[0, 16]}
                label=${t("digits.wrong.one", { truth: one.truth, answer: one.answer, p: percent(one.p, 0) })}
                caption=${t("digits.wrong.short", { truth: one.truth, answer: one.answer })}
                selected=${one.row === row}
                onSelect=${() => onRow(one.row)}
                version=${one.row}
              />
            </li>`,
        )}
      </ul>
      ${
        list.length > SHOWN &&
        html`<${Button} onClick=${() => showAll(!all)}>
          ${t(all ? "digits.fewer" : "digits.more", { n: list.length })}
        <//>`
      }
      <p class="digit-note">${t("digits.wrong.note")}</p>
    <//>
  </div>`;
}
