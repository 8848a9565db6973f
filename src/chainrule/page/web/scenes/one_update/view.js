// The scene: which step, its stages, and the number that is explained.
import { Refusal } from "../../app/refusal.js";
import { start } from "../../app/start.js";
import { html, useEffect, useState } from "../../components/html.js";
import { Notice } from "../../components/notice.js";
import { Select } from "../../components/select.js";
import { Board } from "./board.js";
import { EXAMPLES } from "./examples.js";
import { Visited } from "./moment.js";
import { ReportView } from "./report_view.js";
import { exampleOf } from "./state.js";

/** @typedef {import("./moment.js").Moment} Moment */

const REPORT = ".report";

/** @param {import("../scene.js").SceneProps} props */
export function View(props) {
  const report = start.files?.find(({ name }) => name.endsWith(REPORT));
  if (report) return html`<${ReportView} ...${props} file=${report} />`;
  return html`<${Live} ...${props} />`;
}

/** Steps that the engine makes in this page. @param {import("../scene.js").SceneProps} props */
function Live({ state, dispatch, shown, t }) {
  const [visited, setVisited] = useState(/** @type {Visited | null} */ (null));
  const [moment, setMoment] = useState(/** @type {Moment | null} */ (null));
  const [refusal, setRefusal] = useState(/** @type {Error | null} */ (null));
  const example = exampleOf(state);

  useEffect(() => {
    if (!shown) return undefined;
    let open = true;
    /** @type {Visited | null} */
    let mine = null;
    setRefusal(null);
    setMoment(null);
    Visited.open(example).then(
      (one) => {
        mine = one;
        if (open) setVisited(one);
        else one.close();
      },
      (error) => open && setRefusal(error),
    );
    return () => {
      open = false;
      mine?.close();
      setVisited(null);
    };
  }, [example, shown]);

  useEffect(() => {
    if (!visited) return undefined;
    let wanted = true;
    visited.at(state.step).then(
      (one) => {
        if (!wanted) return;
        setMoment(one);
        setRefusal(
          one.step < state.step ? new Refusal("one_update.ended", { step: one.step }) : null,
        );
      },
      (error) => wanted && setRefusal(error),
    );
    return () => {
      wanted = false;
    };
  }, [visited, state.step]);

  const isOld = visited?.given !== example;
  const options = [...Object.keys(EXAMPLES), ...(state.own ? ["own"] : [])].map((id) => ({
    value: id,
    label: t(`one_update.example.${id}`),
  }));
  return html`<h2>${t("one_update.title")}</h2>
    <p class="lead">${t("one_update.lead")}</p>
    <div class="update-head">
      <${Select}
        label=${t("one_update.network")}
        value=${state.example}
        options=${options}
        onChange=${(/** @type {string} */ to) => dispatch({ type: "example", to })}
      />
    </div>
    ${state.refused && html`<${Notice} kind="warning">${t("one_update.own.refused")}<//>`}
    ${refusal && html`<${Notice} refusal=${refusal} />`}
    ${
      moment && !isOld
        ? html`<${Board}
              state=${state}
              dispatch=${dispatch}
              moment=${moment}
              shown=${shown}
              last=${null}
              t=${t}
            />
            <p class="quiet">${t("one_update.marks")}</p>`
        : !refusal && html`<p class="quiet" role="status">${t("one_update.loading")}</p>`
    }`;
}
