// All states of a small network by their energies: where each runs down to, and how large basins are.
import { Canvas } from "../../components/canvas.js";
import { html, useMemo, useState } from "../../components/html.js";
import { percent, short } from "../../components/numbers.js";
import { usePage } from "../../components/page_context.js";
import { lineColor } from "../../components/palette.js";
import { Panel } from "../../components/panel.js";
import { symmetric } from "../../energy/couplings.js";
import { landscape, MOST, numberOf, stateOf } from "../../energy/landscape.js";
import { pack } from "./patterns.js";
import { Picture } from "./picture.js";
import { named } from "./recall_panel.js";

/**
 * Where each state is drawn: one column for each valley, as wide as its basin, states by energy.
 *
 * @param {ReturnType<typeof landscape>} found
 */
function places({ energies, bottom, valleys }) {
  const low = energies.reduce((a, b) => Math.min(a, b));
  const high = energies.reduce((a, b) => Math.max(a, b));
  const x = new Float64Array(energies.length);
  let left = 0;
  for (const valley of valleys) {
    const own = [...bottom.keys()].filter((k) => bottom[k] === valley.bottom);
    /** @type {Map<string, number[]>} states of one energy stand in a row, the middle ones first */
    const levels = new Map();
    for (const k of own) {
      const level = energies[k].toFixed(9);
      levels.set(level, [...(levels.get(level) ?? []), k]);
    }
    const width = valley.basin / energies.length;
    for (const row of levels.values())
      row.forEach((k, i) => (x[k] = left + width * ((i + 0.5) / row.length)));
    left += width;
  }
  return { x, y: energies.map((E) => (high > low ? (E - low) / (high - low) : 0)), low, high };
}

/**
 * @param {{ state: import("./state.js").State, dispatch: (action: any) => void,
 *   t: import("../../app/texts.js").Translate, patterns: Int8Array[], start: Int8Array,
 *   c: import("../../energy/couplings.js").Couplings }} props
 */
export function LandscapePanel({ state, dispatch, t, patterns, start, c }) {
  const { dark } = usePage();
  const { rows, columns } = state;
  const small = c.units <= MOST && symmetric(c);
  const found = useMemo(() => (small ? landscape(c, patterns) : null), [c, small]);
  const at = useMemo(() => found && places(found), [found]);
  const [hover, setHover] = useState(/** @type {number | null} */ (null));
  if (!found || !at) {
    return html`<${Panel}
      title=${t("memories.landscape")}
      help=${{ text: t("memories.help.landscape") }}
    >
      <p>
        ${t(symmetric(c) ? "memories.landscape.large" : "memories.noenergy", { most: MOST, N: c.units })}
      </p>
    <//>`;
  }
  const { towards, bottom, valleys, energies } = found;
  const order = new Map(valleys.map((v, k) => [v.bottom, k]));
  const color = (/** @type {number} */ k) => lineColor(order.get(bottom[k]) ?? 0, dark);
  const now = hover ?? numberOf(start);
  const M = { left: 14, right: 14, top: 14, bottom: 18 };
  /** @param {CanvasRenderingContext2D} g @param {number} w @param {number} h @param {any} colors */
  const draw = (g, w, h, colors) => {
    const px = (/** @type {number} */ k) => M.left + at.x[k] * (w - M.left - M.right);
    const py = (/** @type {number} */ k) => h - M.bottom - at.y[k] * (h - M.top - M.bottom);
    g.lineWidth = 0.75;
    for (let k = 0; k < energies.length; k++) {
      if (towards[k] === k) continue;
      g.strokeStyle = color(k);
      g.globalAlpha = energies.length > 600 ? 0.2 : 0.45;
      g.beginPath();
      g.moveTo(px(k), py(k));
      g.lineTo(px(towards[k]), py(towards[k]));
      g.stroke();
    }
    g.globalAlpha = 1;
    for (let k = 0; k < energies.length; k++) {
      g.fillStyle = color(k);
      g.beginPath();
      g.arc(px(k), py(k), towards[k] === k ? 6 : energies.length > 600 ? 1.5 : 3, 0, 7);
      g.fill();
    }
    g.font = `${12 * colors.scale}px ${colors.font}`;
    g.fillStyle = colors.ink;
    g.textAlign = "center";
    valleys.forEach(({ bottom: b }, k) => {
      if (valleys.length <= 20) g.fillText(String(k + 1), px(b), h - 3);
    });
    // the way of one state down to its valley
    g.strokeStyle = colors.ink;
    g.lineWidth = 2.5;
    g.beginPath();
    g.moveTo(px(now), py(now));
    for (let k = now; towards[k] !== k; k = towards[k]) g.lineTo(px(towards[k]), py(towards[k]));
    g.stroke();
    g.beginPath();
    g.arc(px(now), py(now), 7, 0, 7);
    g.stroke();
  };
  /** The state nearest to the pointer. @param {any} event */
  const near = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - box.left - M.left) / (box.width - M.left - M.right);
    const y = 1 - (event.clientY - box.top - M.top) / (box.height - M.top - M.bottom);
    let best = 0;
    let distance = Infinity;
    for (let k = 0; k < energies.length; k++) {
      const d = Math.hypot((at.x[k] - x) * box.width, (at.y[k] - y) * box.height);
      if (d < distance) [best, distance] = [k, d];
    }
    return best;
  };
  const take = (/** @type {number} */ k) =>
    dispatch({ type: "start", to: pack(stateOf(k, c.units)) });
  const valley = valleys[order.get(bottom[now]) ?? 0];
  const label = t("memories.landscape.label", {
    states: energies.length,
    valleys: valleys.length,
    E: short(energies[now]),
    name: named(t, valley.name),
  });
  const handlers = {
    onPointerMove: (/** @type {any} */ event) => setHover(near(event)),
    onPointerLeave: () => setHover(null),
    onClick: (/** @type {any} */ event) => take(near(event)),
    onKeyDown: (/** @type {KeyboardEvent} */ event) => {
      // left and right: other states by energy; down: one step downhill
      const sorted = [...energies.keys()].sort((a, b) => energies[a] - energies[b] || a - b);
      const place = sorted.indexOf(now);
      const to = {
        ArrowRight: sorted[place + 1],
        ArrowLeft: sorted[place - 1],
        ArrowDown: towards[now],
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      setHover(null);
      take(to);
    },
  };
  return html`<${Panel}
    title=${t("memories.landscape")}
    help=${{ text: t("memories.help.landscape") }}
  >
    <p class="quiet-words">
      ${t("memories.landscape.lead", { states: energies.length, valleys: valleys.length })}
    </p>
    <${Canvas}
      draw=${draw}
      label=${label}
      height=${300}
      version=${`${now} ${state.rule}`}
      focusable=${true}
      handlers=${handlers}
    />
    <div class="landscape-now">
      <${Picture}
        signs=${stateOf(now, c.units)}
        rows=${rows}
        columns=${columns}
        label=${t("memories.state")}
      />
      <span
        >${t("memories.landscape.now", { E: short(energies[now]), name: named(t, valley.name) })}</span
      >
    </div>
    <div class="valleys" role="region" tabindex="0" aria-label=${t("memories.valleys")}>
      <table>
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">${t("memories.valley")}</th>
            <th scope="col">${t("memories.energy")}</th>
            <th scope="col">${t("memories.basin")}</th>
          </tr>
        </thead>
        <tbody>
          ${valleys.slice(0, 40).map(
            ({ bottom: b, energy, basin, name }, k) =>
              html`<tr key=${b}>
                <th scope="row">
                  <span class="dot" style=${{ background: lineColor(k, dark) }}></span>${k + 1}
                </th>
                <td>
                  <button type="button" class="valley" onClick=${() => take(b)}>
                    <${Picture} signs=${stateOf(b, c.units)} rows=${rows} columns=${columns} />
                    ${named(t, name)}
                  </button>
                </td>
                <td>${short(energy)}</td>
                <td>${basin} (${percent(basin / energies.length)})</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  <//>`;
}
