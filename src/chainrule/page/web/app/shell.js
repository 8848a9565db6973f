// The frame around the scenes: bar, notices, dialogs, theme, language, keys.
import { drawn } from "../components/canvas.js";
import { html, useEffect, useMemo, useRef, useState } from "../components/html.js";
import { Notice } from "../components/notice.js";
import { Page } from "../components/page_context.js";
import { onKey, useShortcuts } from "../components/shortcuts.js";
import { formula } from "../graph/formula.js";
import { scenes } from "../scenes/index.js";
import { Bar } from "./bar.js";
import { Display, Keys, LinkDialog } from "./dialogs.js";
import { explainer } from "./explain.js";
import { catchFailures } from "./failures.js";
import { PythonDrawer } from "./python_drawer.js";
import { SceneFrame } from "./scene_frame.js";
import { useTranslator } from "./texts.js";

/** @param {{ store: any }} props */
export function Shell({ store }) {
  const [state, setState] = useState(/** @type {import("./state.js").State} */ (store.get()));
  useEffect(() => {
    setState(store.get());
    return store.watch(setState);
  }, [store]);
  const dispatch = store.dispatch;
  const t = useTranslator(state.language);
  const dark = useDark(state.theme);
  const reducedMotion = useQuery("(prefers-reduced-motion: reduce)");
  const [open, setOpen] = useState(/** @type {string | null} */ (null));
  const [said, announce] = useState("");
  const [failure, setFailure] = useState(/** @type {string | null} */ (null));
  const visited = useRef(new Set([state.scene]));
  visited.current.add(state.scene);
  const moved = useRef({ from: state.scene, yes: false });
  moved.current.yes ||= state.scene !== moved.current.from;

  useEffect(() => catchFailures(setFailure), []);
  useEffect(() => {
    const { dataset } = document.documentElement;
    document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
    dataset.theme = state.theme;
    dataset.palette = state.palette;
    dataset.larger = String(state.larger);
    document.title = `${t(`${state.scene}.title`)} · ${t("shell.title")}`;
  }, [state.language, state.theme, state.palette, state.larger, state.scene, t]);
  useEffect(() => {
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  const next = (/** @type {number} */ by) => {
    const at = scenes.findIndex(({ id }) => id === store.get().scene);
    dispatch({ type: "go", to: scenes[(at + by + scenes.length) % scenes.length].id });
  };
  useShortcuts([
    { key: "?", label: t("shell.keys.help"), run: () => setOpen("keys") },
    { key: "]", label: t("shell.keys.next"), run: () => next(1) },
    { key: "[", label: t("shell.keys.previous"), run: () => next(-1) },
    { key: "p", label: t("shell.python"), run: () => setOpen(open === "python" ? null : "python") },
    { key: "l", label: t("shell.link.short"), run: () => setOpen("link") },
  ]);
  const context = useMemo(
    () => ({
      t,
      language: state.language,
      dark,
      palette: state.palette,
      reducedMotion,
      shown: true,
      explain: explainer(state.language),
      formula,
      announce,
    }),
    [t, state.language, dark, state.palette, reducedMotion],
  );
  const close = () => setOpen(null);
  const props = { state, dispatch, onClose: close };
  return html`<${Page.Provider} value=${context}>
    <a class="skip" href="#content" onClick=${toContent}>${t("shell.skip")}</a>
    <${Bar}
      state=${state}
      dispatch=${dispatch}
      open=${open}
      onOpen=${(/** @type {string} */ what) => setOpen(open === what ? null : what)}
    />
    <div class=${`below ${open === "python" ? "with-drawer" : ""}`}>
      <main id="content" tabindex="-1" class=${`scene ${state.scene}`}>
        ${
          state.notice &&
          html`<${Notice} kind="bad" onClose=${() => dispatch({ type: "notice" })}>
            ${t(state.notice.key, {
              ...state.notice.values,
              ...(state.notice.why && { why: t(state.notice.why, state.notice.values) }),
            })}
          <//>`
        }
        ${
          failure !== null &&
          html`<${Notice} kind="bad" onClose=${() => setFailure(null)}>
            ${t("shell.error.elsewhere", { why: failure })}
          <//>`
        }
        ${scenes
          .filter(({ id }) => visited.current.has(id))
          .map(
            (scene) =>
              html`<${SceneFrame}
                key=${scene.id}
                scene=${scene}
                shown=${scene.id === state.scene}
                moved=${moved.current.yes}
                state=${state}
                dispatch=${dispatch}
              />`,
          )}
      </main>
      ${open === "python" && html`<${PythonDrawer} ...${props} />`}
    </div>
    ${open === "display" && html`<${Display} ...${props} />`}
    ${open === "link" && html`<${LinkDialog} ...${props} />`}
    ${open === "keys" && html`<${Keys} onClose=${close} />`}
    <div class="only-heard" role="status" aria-live="polite">${said}</div>
  <//>`;
}

/** @param {Event} event */
function toContent(event) {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

/** @param {string} words a media query */
function useQuery(words) {
  const [holds, setHolds] = useState(() => matchMedia(words).matches);
  useEffect(() => {
    const query = matchMedia(words);
    const tell = () => setHolds(query.matches);
    query.addEventListener("change", tell);
    return () => query.removeEventListener("change", tell);
  }, []);
  return holds;
}

/**
 * Return whether the page is drawn dark now. Paper is light: before printing all pictures are drawn
 * anew.
 *
 * @param {"auto" | "light" | "dark"} theme
 */
function useDark(theme) {
  const system = useQuery("(prefers-color-scheme: dark)");
  const [paper, setPaper] = useState(false);
  useEffect(() => {
    const before = () => {
      document.documentElement.dataset.printing = "true";
      setPaper(true);
      for (const draw of drawn) draw();
    };
    const after = () => {
      delete document.documentElement.dataset.printing;
      setPaper(false);
    };
    addEventListener("beforeprint", before);
    addEventListener("afterprint", after);
    return () => {
      removeEventListener("beforeprint", before);
      removeEventListener("afterprint", after);
    };
  }, []);
  return !paper && (theme === "dark" || (theme === "auto" && system));
}
