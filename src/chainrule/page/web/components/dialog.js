// A window over the page; Esc closes it, and the focus goes back to where it was.
import { IconButton } from "./button.js";
import { html, useId, useLayoutEffect, useRef } from "./html.js";
import { usePage } from "./page_context.js";

/** @param {{ title: string, onClose: () => void, children: any, wide?: boolean }} props */
export function Dialog({ title, onClose, children, wide }) {
  const { t } = usePage();
  const id = useId();
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return html`<dialog
    class=${`dialog ${wide ? "wide" : ""}`}
    ref=${element}
    aria-labelledby=${id}
    onClose=${onClose}
    onPointerDown=${(/** @type {PointerEvent} */ event) => {
      if (event.target === element.current) onClose();
    }}
  >
    <div class="dialog-body">
      <div class="dialog-head">
        <h2 id=${id}>${title}</h2>
        <${IconButton} icon="close" kind="quiet" label=${t("shell.close")} onClick=${onClose} />
      </div>
      ${children}
    </div>
  </dialog>`;
}
