// From the drawing to the answer: the stages of the picture, and the ten probabilities.
import { BarRow } from "../../components/bar_row.js";
import { html } from "../../components/html.js";
import { percent } from "../../components/numbers.js";
import { Thumb } from "./pictures.js";
import { best } from "./training.js";

export const NAMES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** A largest probability below this is called unsure. */
const SURE = 0.7;

/** @typedef {import("../../app/texts.js").Translate} Translate */

/** @param {{ read: any, t: Translate }} props `read` is what `readSign` gives */
export function Stages({ read, t }) {
  const square = (/** @type {import("../../data/ink.js").Picture} */ picture) => {
    // on a square of paper, so that all stages have one form
    const side = Math.max(picture.height, picture.width);
    const values = new Float64Array(side * side);
    const top = Math.floor((side - picture.height) / 2);
    const left = Math.floor((side - picture.width) / 2);
    for (let i = 0; i < picture.height; i++)
      for (let j = 0; j < picture.width; j++)
        values[(top + i) * side + left + j] = picture.values[i * picture.width + j];
    return { values, side };
  };
  return html`<ol class="digit-stages" aria-label=${t("digits.stages")}>
    ${["sign", "thick", "centered"].map((name) => {
      const { values, side } = square(read[name]);
      return html`<li key=${name}>
        <${Thumb}
          values=${values}
          side=${side}
          range=${[0, 1]}
          label=${t(`digits.stage.${name}`)}
          caption=${t(`digits.stage.${name}`)}
        />
      </li>`;
    })}
    <li>
      <${Thumb}
        values=${read.pixels}
        side=${8}
        range=${[0, 16]}
        label=${t("digits.stage.pixels")}
        caption=${t("digits.stage.pixels")}
      />
    </li>
  </ol>`;
}

/**
 * @param {{ p: ArrayLike<number> | null, far: boolean, truth: number | null, target: number,
 *   onTarget: (k: number) => void, t: Translate }} props `target` is the class that is explained
 */
export function Answer({ p, far, truth, target, onTarget, t }) {
  if (!p) return html`<p role="status">${t("digits.reading.none")}</p>`;
  const first = best(p);
  const order = NAMES.map((_, k) => k).sort((a, b) => p[b] - p[a]);
  const unsure = p[first] < SURE;
  return html`<div class="digit-answer">
    <p class="digit-says" role="status" data-says=${first} data-sure=${p[first]}>
      ${t(unsure ? "digits.reading.unsure" : "digits.reading.says", {
        k: first,
        p: percent(p[first]),
        other: order[1],
        q: percent(p[order[1]]),
      })}
      ${
        truth !== null &&
        html` <strong
          >${t(truth === first ? "digits.reading.right" : "digits.reading.wrong", { k: truth })}</strong
        >`
      }
    </p>
    <${BarRow}
      label=${t("digits.probabilities")}
      values=${p}
      names=${NAMES}
      best=${first}
      selected=${target}
      onSelect=${onTarget}
    />
    ${far && html`<p class="digit-far" role="note">${t("digits.reading.far")}</p>`}
  </div>`;
}
