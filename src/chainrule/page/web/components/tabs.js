// Several views in one place, one of them shown.
import { html, useId, useRef } from "./html.js";

/**
 * @param {{ label: string, value: string, onChange: (id: string) => void,
 *   tabs: { id: string, title: string, content: () => any }[] }} props
 */
export function Tabs({ label, value, onChange, tabs }) {
  const id = useId();
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const at = Math.max(
    0,
    tabs.findIndex((tab) => tab.id === value),
  );
  /** @param {KeyboardEvent} event */
  const move = (event) => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = (to + tabs.length) % tabs.length;
    onChange(tabs[next].id);
    /** @type {HTMLElement} */ (list.current?.children[next])?.focus();
  };
  return html`<div class="tabs">
    <div class="tab-list" role="tablist" aria-label=${label} ref=${list} onKeyDown=${move}>
      ${tabs.map(
        (tab, k) =>
          html`<button
            type="button"
            role="tab"
            key=${tab.id}
            id=${`${id}-tab-${k}`}
            aria-selected=${k === at}
            aria-controls=${k === at ? `${id}-panel` : undefined}
            tabindex=${k === at ? 0 : -1}
            onClick=${() => onChange(tab.id)}
          >
            ${tab.title}
          </button>`,
      )}
    </div>
    <div
      class="tab-panel"
      role="tabpanel"
      id=${`${id}-panel`}
      aria-labelledby=${`${id}-tab-${at}`}
      tabindex="0"
    >
      ${tabs[at]?.content()}
    </div>
  </div>`;
}
