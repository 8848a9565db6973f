// The frame: name, scenes, language, theme, and the scene that is shown.
import { html, useEffect, useMemo, useState } from "../components/html.js";
import { Page } from "../components/page_context.js";
import { scenes } from "../scenes/index.js";
import { useTranslator } from "./texts.js";

/** @param {{ store: any }} props */
export function Shell({ store }) {
  const [state, setState] = useState(store.get());
  useEffect(() => store.watch(setState), [store]);
  const t = useTranslator(state.language);
  const scene = scenes.find(({ id }) => id === state.scene) ?? scenes[0];
  const dark = useDark(state.theme);
  useEffect(() => {
    document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset.theme = state.theme;
    document.documentElement.dataset.palette = state.palette;
    document.title = `${t(`${scene.id}.title`)} · ${t("shell.title")}`;
  }, [state.language, state.theme, state.palette, scene, t]);
  const context = useMemo(
    () => ({
      t,
      language: state.language,
      dark,
      palette: state.palette,
      reducedMotion: matchMedia("(prefers-reduced-motion: reduce)").matches,
      explain: () => null,
      formula: null,
      announce: () => {},
    }),
    [t, state.language, dark, state.palette],
  );
  const dispatch = store.dispatch;
  return html`<${Page.Provider} value=${context}>
    <header class="bar">
      <h1>${t("shell.title")}</h1>
      <nav aria-label=${t("shell.scenes")}>
        ${scenes.map(
          ({ id }) =>
            html`<button
              key=${id}
              aria-current=${id === scene.id ? "page" : undefined}
              onClick=${() => dispatch({ type: "go", to: id })}
            >
              ${t(`${id}.title`)}
            </button>`,
        )}
      </nav>
      <button
        aria-label=${t("shell.language.name")}
        onClick=${() => dispatch({ type: "language", to: state.language === "zh" ? "en" : "zh" })}
      >
        ${t("shell.language")}
      </button>
    </header>
    <main class=${`scene ${scene.id}`}>
      <${scene.View}
        state=${state.scenes[scene.id]}
        dispatch=${(/** @type {any} */ action) => dispatch({ ...action, scene: scene.id })}
        page=${{ state, dispatch }}
        t=${t}
      />
    </main>
  <//>`;
}

/** Return whether the page is drawn dark now. @param {"auto" | "light" | "dark"} theme */
function useDark(theme) {
  const [system, setSystem] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const tell = () => setSystem(query.matches);
    query.addEventListener("change", tell);
    return () => query.removeEventListener("change", tell);
  }, []);
  return theme === "dark" || (theme === "auto" && system);
}
