// Drawing and dragging by mouse, finger or pen, with one set of handlers.
import { useRef } from "./html.js";

/**
 * @typedef {object} DragPoint
 * @property {number} x in pixels from the left of the element
 * @property {number} y in pixels from its top
 * @property {number} width of the element
 * @property {number} height of the element
 * @property {PointerEvent} event
 */

/**
 * Return handlers to spread on an element: `<div ...${usePointerDrag({ ... })}>`. The element needs
 * the class "drags" (no scrolling by touch on it). Moves between two frames come one by one.
 *
 * @param {{ start?: (point: DragPoint) => boolean | void, move?: (point: DragPoint) => void,
 *   end?: (point: DragPoint) => void, hover?: (point: DragPoint | null) => void }} on
 *   `start` may return false: then nothing is dragged
 */
export function usePointerDrag({ start, move, end, hover }) {
  const active = useRef(/** @type {number | null} */ (null));
  /** @param {PointerEvent} event @param {Element} element */
  const point = (event, element) => {
    const box = element.getBoundingClientRect();
    return {
      x: event.clientX - box.left,
      y: event.clientY - box.top,
      width: box.width,
      height: box.height,
      event,
    };
  };
  return {
    onPointerDown: (/** @type {any} */ event) => {
      if (event.button > 2 || active.current !== null) return;
      if (start?.(point(event, event.currentTarget)) === false) return;
      active.current = event.pointerId;
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (/** @type {any} */ event) => {
      const element = event.currentTarget;
      if (active.current === event.pointerId) {
        const all = event.getCoalescedEvents?.() ?? [];
        for (const one of all.length ? all : [event]) move?.(point(one, element));
      } else if (event.pointerType !== "touch") hover?.(point(event, element));
    },
    onPointerUp: (/** @type {any} */ event) => {
      if (active.current !== event.pointerId) return;
      active.current = null;
      end?.(point(event, event.currentTarget));
    },
    onPointerCancel: (/** @type {any} */ event) => {
      if (active.current !== event.pointerId) return;
      active.current = null;
      end?.(point(event, event.currentTarget));
    },
    onPointerLeave: () => hover?.(null),
  };
}
