// Memories: draw patterns, store them, damage one, recall it; the landscape; newer memories beside it.
import { html, useMemo, useRef } from "../../components/html.js";
import { useSliced } from "../../components/sliced.js";
import { stable } from "../../energy/couplings.js";
import { storing } from "../../energy/rules.js";
import { LandscapePanel } from "./landscape_panel.js";
import { ModernPanel } from "./modern_panel.js";
import * as python from "./python.js";
import { RecallPanel } from "./recall_panel.js";
import { initial, read, reduce, signsOf, write } from "./state.js";
import { StoredPanel } from "./stored_panel.js";
import { texts } from "./texts.js";

/** @param {import("../scene.js").SceneProps} props */
function View({ state, dispatch, t }) {
  const { rows, columns } = state;
  const { patterns, start } = useMemo(
    () => signsOf(state),
    [rows, columns, state.patterns, state.start],
  );
  const key = JSON.stringify([rows, columns, state.rule, state.patterns]);
  const { value, refusal, busy } = useSliced(key, () => storing(state.rule, patterns));
  // the weights of before stay while new ones are learned, if they still fit
  const last = useRef(value);
  if (value) last.current = value;
  const c = last.current?.units === rows * columns && !refusal ? last.current : null;
  const kept = useMemo(
    () => (c && !busy ? patterns.map((x) => stable(c, x)) : null),
    [c, busy, patterns],
  );
  const parts = { state, dispatch, t, patterns, start };
  return html`<h2 tabindex="-1">${t("memories.title")}</h2>
    <p class="lead">${t("memories.lead")}</p>
    <div class="columns even">
      <div>
        <${StoredPanel} ...${parts} kept=${kept} refusal=${refusal} busy=${busy} />
        <${ModernPanel} ...${parts} />
      </div>
      <div>${c && html`<${RecallPanel} ...${parts} c=${c} />`}</div>
    </div>
    ${c && html`<${LandscapePanel} ...${parts} c=${c} />`}`;
}

/** @type {import("../scene.js").Scene} */
export const scene = {
  id: "memories",
  texts,
  initial,
  reduce,
  View,
  link: { write, read },
  python: { write: python.write, read: python.read },
};
