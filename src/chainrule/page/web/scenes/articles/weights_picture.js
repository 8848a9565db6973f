// The network as a picture: a line for each weight, as wide as it is large; dashed where negative.
import { html } from "../../components/html.js";
import { short } from "../../components/numbers.js";

const WIDTH = 420;

/**
 * @param {{ article: import("./article.js").Article,
 *   weights: Record<string, import("./matrix.js").Matrix>, x: number[],
 *   layers: { z: number[], a: number[] }[], t: import("../../app/texts.js").Translate }} props
 *   `x` are the inputs that the units show, `layers` what they make of them
 */
export function WeightsPicture({ article, weights, x, layers, t }) {
  const columns = [x, ...layers.map(({ a }) => a)];
  const most = Math.max(...columns.map((column) => column.length));
  const height = 56 * most + 16;
  const gap = columns.length > 1 ? (WIDTH - 100) / (columns.length - 1) : 0;
  const place = (/** @type {number} */ layer, /** @type {number} */ k) => [
    50 + gap * layer,
    height / 2 + 56 * (k - (columns[layer].length - 1) / 2),
  ];
  const all = article.weights.flatMap(({ name }) => weights[name].flat());
  const largest = Math.max(1e-9, ...all.map(Math.abs));
  const words = article.weights
    .map(
      ({ name }) =>
        `${name}: ${weights[name]
          .flat()
          .map((w) => short(w))
          .join(", ")}`,
    )
    .join("; ");
  return html`<figure class="article-picture">
    <svg
      viewBox=${`0 0 ${WIDTH} ${height}`}
      role="img"
      aria-label=${t("articles.picture.name", { weights: words })}
    >
      ${article.weights.map(({ name }, layer) =>
        weights[name].map((row, i) =>
          row.map((w, j) => {
            const [x1, y1] = place(layer, i);
            const [x2, y2] = place(layer + 1, j);
            return html`<line
              key=${`${name} ${i} ${j}`}
              class=${w < 0 ? "negative" : "positive"}
              x1=${x1}
              y1=${y1}
              x2=${x2}
              y2=${y2}
              stroke-width=${0.6 + (7 * Math.abs(w)) / largest}
              stroke-dasharray=${w < 0 ? "7 5" : undefined}
            />`;
          }),
        ),
      )}
      ${columns.map((column, layer) =>
        column.map((value, k) => {
          const [cx, cy] = place(layer, k);
          return html`<g key=${`${layer} ${k}`}>
            <circle cx=${cx} cy=${cy} r="23" />
            <text x=${cx} y=${cy + 4}>${short(value, 3)}</text>
          </g>`;
        }),
      )}
    </svg>
    <figcaption>
      ${t("articles.picture.key", { largest: short(largest), x: x.map((v) => short(v)).join(" ") })}
    </figcaption>
  </figure>`;
}
