// The place of one scene: it stays as it is while another scene is shown, and its errors stay in it.
import { Button } from "../components/button.js";
import { html, useErrorBoundary, useLayoutEffect, useMemo, useRef } from "../components/html.js";
import { Notice } from "../components/notice.js";
import { Page, usePage } from "../components/page_context.js";
import { report } from "./failures.js";

/**
 * @param {{ scene: import("../scenes/scene.js").Scene, shown: boolean,
 *   moved: boolean, state: import("./state.js").State, dispatch: (action: any) => void }} props
 *   `moved` is false until the reader goes to another scene
 */
export function SceneFrame({ scene, shown, moved, state, dispatch }) {
  const page = usePage();
  const own = useMemo(() => ({ ...page, shown }), [page, shown]);
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const [failure, forget] = useErrorBoundary((error) => report(error, false));
  const send = useMemo(
    () => (/** @type {any} */ action) => dispatch({ ...action, scene: scene.id }),
    [dispatch, scene],
  );
  useLayoutEffect(() => {
    if (shown && moved) focusHeading(place.current);
  }, [shown]);
  return html`<div class="view" hidden=${!shown} ref=${place}>
    ${
      failure
        ? html`<h2>${page.t(`${scene.id}.title`)}</h2>
            <${Notice} kind="bad">
              <strong>${page.t("shell.error.title")}</strong>
              <p>${page.t("shell.error.words", { why: String(failure?.message ?? failure) })}</p>
              <${Button}
                icon="reset"
                onClick=${() => {
                  dispatch({ type: "anew", id: scene.id });
                  forget();
                }}
              >
                ${page.t("shell.error.again")}
              <//>
            <//>`
        : html`<${Page.Provider} value=${own}>
            <${scene.View}
              state=${state.scenes[scene.id]}
              dispatch=${send}
              page=${{ state, dispatch }}
              shown=${shown}
              t=${page.t}
            />
          <//>`
    }
  </div>`;
}

/** Move the focus to a scene's heading, so that screen readers read it. @param {Element | null} place */
function focusHeading(place) {
  const heading = place?.querySelector("h2");
  if (!(heading instanceof HTMLElement)) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}
