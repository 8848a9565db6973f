// The bar at the top: the scenes, and what holds for all of them.
import { Button, IconButton } from "../components/button.js";
import { html, useEffect, useId, useRef, useState } from "../components/html.js";
import { Icon } from "../components/icon.js";
import { usePage } from "../components/page_context.js";
import { scenes } from "../scenes/index.js";

/**
 * @param {{ state: import("./state.js").State, dispatch: (action: any) => void,
 *   onOpen: (what: "python" | "link" | "keys" | "display") => void, open: string | null }} props
 */
export function Bar({ state, dispatch, onOpen, open }) {
  const { t } = usePage();
  return html`<header class="bar">
    <h1>
      <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M4 12 H9 M15 12 H20" />
        <circle cx="12" cy="12" r="3" />
        <circle class="mark-left" cx="3.5" cy="12" r="2" />
        <circle class="mark-right" cx="20.5" cy="12" r="2" />
      </svg>
      ${t("shell.title")}
    </h1>
    <${Scenes} shown=${state.scene} dispatch=${dispatch} />
    <div class="bar-tools">
      <${Button}
        kind="quiet"
        icon="code"
        class="shrinks"
        label=${t("shell.python")}
        expanded=${open === "python"}
        onClick=${() => onOpen("python")}
      >
        <span class="wide-only">Python</span>
      <//>
      <${Button}
        kind="quiet"
        icon="link"
        class="shrinks"
        label=${t("shell.link.short")}
        onClick=${() => onOpen("link")}
      >
        <span class="wide-only">${t("shell.link.short")}</span>
      <//>
      <${IconButton}
        kind="quiet"
        icon="print"
        class="print-button"
        label=${t("shell.print")}
        onClick=${() => globalThis.print()}
      />
      <${IconButton}
        kind="quiet"
        icon="settings"
        label=${t("shell.settings")}
        onClick=${() => onOpen("display")}
      />
      <${IconButton}
        kind="quiet"
        icon="help"
        label=${t("shell.keys")}
        shortcut="?"
        onClick=${() => onOpen("keys")}
      />
      <button
        type="button"
        class="button quiet language"
        lang=${state.language === "zh" ? "en" : "zh-CN"}
        title=${t("shell.language.name")}
        onClick=${() => dispatch({ type: "language", to: state.language === "zh" ? "en" : "zh" })}
      >
        ${t("shell.language")}
      </button>
    </div>
  </header>`;
}

/** The list of scenes: a row, or on a narrow screen a menu.
 * @param {{ shown: string, dispatch: (action: any) => void }} props */
function Scenes({ shown, dispatch }) {
  const { t } = usePage();
  const id = useId();
  const [open, setOpen] = useState(false);
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const button = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (!open) return undefined;
    const outside = (/** @type {Event} */ event) => {
      if (!root.current?.contains(/** @type {Node} */ (event.target))) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);
  return html`<nav
    class="scenes"
    aria-label=${t("shell.scenes")}
    ref=${root}
    onKeyDown=${(/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape" || !open) return;
      event.stopPropagation();
      setOpen(false);
      button.current?.focus();
    }}
  >
    <button
      type="button"
      class="button scenes-button"
      ref=${button}
      aria-expanded=${open}
      aria-controls=${id}
      aria-label=${`${t("shell.scenes.open")}: ${t(`${shown}.title`)}`}
      onClick=${() => setOpen(!open)}
    >
      <${Icon} name="menu" /><span class="scenes-now">${t(`${shown}.title`)}</span>
    </button>
    <ul id=${id} class=${`scenes-list ${open ? "open" : ""}`}>
      ${scenes.map(
        (scene) =>
          html`<li key=${scene.id}>
            <a
              href=${`#1.${scene.id}`}
              aria-current=${scene.id === shown ? "page" : undefined}
              onClick=${(/** @type {MouseEvent} */ event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
                event.preventDefault();
                setOpen(false);
                dispatch({ type: "go", to: scene.id });
              }}
            >
              ${t(`${scene.id}.title`)}
            </a>
          </li>`,
      )}
    </ul>
  </nav>`;
}
