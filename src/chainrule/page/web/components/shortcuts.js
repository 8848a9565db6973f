// Keys that do something while no field has the focus. The list of them is shown under "?".
import { useEffect, useRef } from "./html.js";
import { usePage } from "./page_context.js";

/**
 * @typedef {object} Shortcut
 * @property {string} key as KeyboardEvent names it: "k", " ", "ArrowRight"
 * @property {string} label what it does
 * @property {() => void} run
 * @property {boolean} [disabled]
 */

/** The shortcuts that hold now. @type {Set<{ current: Shortcut[] }>} */
const active = new Set();

/** Return all shortcuts that hold now, for the list. @returns {Shortcut[]} */
export const allShortcuts = () => [...active].flatMap(({ current }) => current);

/** Make keys work while the component is shown. @param {Shortcut[]} shortcuts */
export function useShortcuts(shortcuts) {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const { shown } = usePage();
  useEffect(() => {
    if (!shown) return undefined;
    active.add(latest);
    return () => {
      active.delete(latest);
    };
  }, [shown]);
}

/** True if keys typed at an element belong to it. @param {EventTarget | null} target */
export function takesKeys(target) {
  const element = target instanceof Element ? target : null;
  return Boolean(
    element?.closest("input, select, textarea, [contenteditable], [role=tablist], canvas, dialog"),
  );
}

/** Run the shortcut of a key, if there is one. @param {KeyboardEvent} event */
export function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing)
    return;
  if (takesKeys(event.target) && event.key !== "?") return;
  const field =
    event.target instanceof Element &&
    event.target.closest(
      "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select",
    );
  if (field) return;
  const button = event.target instanceof Element && event.target.closest("button, a, summary");
  if (button && (event.key === " " || event.key === "Enter")) return;
  const found = allShortcuts().find(({ key }) => key === event.key);
  if (!found || found.disabled) return;
  event.preventDefault();
  found.run();
}
