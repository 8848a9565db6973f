// Any inputs, and how the network comes to its answer.
import { html } from "../../components/html.js";
import { NumberField } from "../../components/number_field.js";
import { short } from "../../components/numbers.js";
import { Panel } from "../../components/panel.js";
import { fixed } from "./digits.js";
import { LARGEST } from "./state.js";

/**
 * @param {{ run: import("./article.js").Run, step: number, ask: number[],
 *   dispatch: (action: any) => void, t: import("../../app/texts.js").Translate }} props
 */
export function Question({ run, step, ask, dispatch, t }) {
  const { article, options } = run;
  const weights = run.weights(step);
  const { layers, answer } = article.answer(ask, weights, options);
  const published = article.id === "neuron" && String(ask) === "1,0,0";
  const number = published ? article.published.answer[step] : undefined;
  return html`<${Panel} title=${t("articles.ask")} class="article-ask">
    <p>${t(`articles.${article.id}.ask`)}</p>
    <div class="article-inputs">
      ${ask.map(
        (value, k) =>
          html`<${NumberField}
            key=${`${article.id} ${k}`}
            label=${t("articles.input", { n: k + 1 })}
            value=${value}
            min=${-LARGEST}
            max=${LARGEST}
            onChange=${(/** @type {number} */ v) =>
              dispatch({
                type: "set",
                changes: { [`${article.id}.ask`]: ask.map((old, j) => (j === k ? v : old)) },
              })}
          />`,
      )}
    </div>
    ${
      article.id === "neuron" &&
      html`<div
        class="article-scroll"
        tabindex="0"
        role="group"
        aria-label=${t("articles.products")}
      >
        <table class="article-table">
          <thead>
            <tr>
              <th scope="col">${t("articles.input.column")}</th>
              <th scope="col">${t("articles.weight")}</th>
              <th scope="col">${t("articles.product")}</th>
            </tr>
          </thead>
          <tbody>
            ${ask.map(
              (v, k) =>
                html`<tr key=${k}>
                  <td>${short(v, 8)}</td>
                  <td>${fixed(weights.w[k][0])}</td>
                  <td>${short(v * weights.w[k][0] + 0, 8)}</td>
                </tr>`,
            )}
            <tr>
              <th scope="row" colspan="2">${t("articles.sum")}</th>
              <td>${short(layers[0].z[0], 8)}</td>
            </tr>
          </tbody>
        </table>
      </div>`
    }
    ${
      article.id !== "neuron" &&
      html`<p class="article-hidden">
        ${t("articles.hidden", {
          hidden: layers[0].a.map((v) => short(v, 5)).join(", "),
          z: short(layers[1].z[0], 6),
        })}
      </p>`
    }
    <p class="article-answer" role="status" data-answer=${answer}>
      ${t("articles.answer", { x: ask.map((v) => short(v, 6)).join(" ") })}${" "}
      <strong>${fixed(answer)}</strong>${" "}
      ${number !== undefined && t("articles.printed", { number })}
    </p>
    <p class="article-note">${note(article, ask, layers, answer, t)}</p>
  <//>`;
}

/**
 * What a reader should know about this answer.
 *
 * @param {import("./article.js").Article} article
 * @param {number[]} ask
 * @param {{ z: number[] }[]} layers
 * @param {number} answer
 * @param {import("../../app/texts.js").Translate} t
 */
function note(article, ask, layers, answer, t) {
  if (article.id === "neuron" && ask.every((v) => v === 0)) return t("articles.note.zero");
  const seen = article.X.some((row) => ask.every((v, k) => v === row[k]));
  if (seen) return t("articles.note.seen");
  const away = ask.some((v) => v < 0 || v > 1);
  const z = layers[layers.length - 1].z[0];
  if (article.id !== "xor" && Math.abs(z) < 1) return t("articles.note.unsure");
  if (away) return t("articles.note.far");
  return article.id === "neuron" && String(ask) === "1,0,0"
    ? t("articles.note.new")
    : t("articles.note.unseen");
}
