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

/** Where typed letters go into: there no key is a shortcut. */
const FIELDS =
  "input:not([type=range], [type=checkbox], [type=radio], [type=button]), select, textarea, [contenteditable], dialog";

/** True if letters typed at an element belong to it. @param {EventTarget | null} target */
const takesKeys = (target) => target instanceof Element && target.closest(FIELDS) !== null;

/** Run the shortcut of a key, if there is one. @param {KeyboardEvent} event */
export function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.isComposing || takesKeys(event.target)) return;
  const button = event.target instanceof Element && event.target.closest("button, a, input");
  if (button && (event.key === " " || event.key === "Enter")) return;
  const found = allShortcuts().find(({ key }) => key === event.key);
  if (!found || found.disabled) return;
  event.preventDefault();
  found.run();
}
