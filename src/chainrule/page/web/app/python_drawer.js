// The Python code of what is shown, beside the scene.
import { IconButton } from "../components/button.js";
import { html, useId, useLayoutEffect, useRef } from "../components/html.js";
import { usePage } from "../components/page_context.js";
import { PythonPanel } from "../components/python_panel.js";
import { sceneOf } from "./state.js";

/**
 * @param {{ state: import("./state.js").State, dispatch: (action: any) => void,
 *   onClose: () => void }} props
 */
export function PythonDrawer({ state, dispatch, onClose }) {
  const { t } = usePage();
  const id = useId();
  const head = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => head.current?.focus(), []);
  const scene = /** @type {import("../scenes/scene.js").Scene} */ (sceneOf(state.scene));
  const own = state.scenes[scene.id];
  const python = scene.python;
  return html`<aside
    class="drawer"
    aria-labelledby=${id}
    onKeyDown=${(/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") onClose();
    }}
  >
    <div class="dialog-head">
      <h2 id=${id} tabindex="-1" ref=${head}>${t("shell.python")}</h2>
      <${IconButton} icon="close" kind="quiet" label=${t("shell.close")} onClick=${onClose} />
    </div>
    ${
      python
        ? html`<${PythonPanel}
            key=${scene.id}
            text=${python.write(own)}
            onRead=${
              python.read &&
              ((/** @type {string} */ text) =>
                dispatch({ type: "scene", id: scene.id, state: python.read?.(text) }))
            }
          />`
        : html`<p>${t("shell.python.none")}</p>`
    }
  </aside>`;
}
