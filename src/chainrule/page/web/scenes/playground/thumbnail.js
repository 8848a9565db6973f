// A small picture of a bundled set.
import { Canvas } from "../../components/canvas.js";
import { html, useMemo } from "../../components/html.js";
import { usePage } from "../../components/page_context.js";
import { classColor, css, diverging } from "../../components/palette.js";
import { points, SETS } from "../../data/datasets.js";

/** @param {{ set: string, classes: number }} props */
export function Thumbnail({ set, classes }) {
  const page = usePage();
  const { least, most, noise } = SETS[set];
  const kinds = Math.max(least, Math.min(most, classes));
  const made = useMemo(
    () => points({ set, n: most ? 90 : 160, noise: noise / 2, seed: 0, classes: kinds || 2 }),
    [set, kinds],
  );
  /** @param {CanvasRenderingContext2D} context @param {number} width */
  const draw = (context, width) => {
    const { x, y, n } = made;
    let low = Infinity;
    let high = -Infinity;
    for (const v of x) [low, high] = [Math.min(low, v), Math.max(high, v)];
    const range = set === "moons" ? [-1.15, 2.15] : [low - 0.05, high + 0.05];
    const numbers = diverging(page.palette, page.dark);
    for (let i = 0; i < n; i++) {
      const px = ((x[2 * i] - range[0]) / (range[1] - range[0])) * width;
      const py =
        (1 - (x[2 * i + 1] + (set === "moons" ? 0.25 : 0) - range[0]) / (range[1] - range[0])) *
        width;
      context.fillStyle = most
        ? classColor(y[i], page.palette, page.dark, kinds)
        : css(numbers(y[i]));
      context.beginPath();
      context.arc(px, set === "moons" ? py + width * 0.0 : py, most ? 1.6 : 2.2, 0, 7);
      context.fill();
    }
  };
  return html`<span class="thumbnail" aria-hidden="true">
    <${Canvas} draw=${draw} label="" role="presentation" version=${kinds} />
  </span>`;
}
