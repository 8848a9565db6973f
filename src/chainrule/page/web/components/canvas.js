// A canvas with the sharpness of the screen that fits the width it is given.
import { useFrame } from "./animation.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "./html.js";
import { usePage } from "./page_context.js";

/**
 * @typedef {object} Roles the page's colors by their role, as a canvas takes them
 * @property {string} ink
 * @property {string} quiet
 * @property {string} line
 * @property {string} grid
 * @property {string} paper
 * @property {string} panel
 * @property {string} accent
 * @property {string} good
 * @property {string} bad
 * @property {string} font
 * @property {number} scale of letters: above 1 with larger text
 */

/** Return the colors by role at an element. @param {Element} element @returns {Roles} */
export function roles(element) {
  const style = getComputedStyle(element);
  const color = (/** @type {string} */ name) =>
    style.getPropertyValue(`--${name}`).trim() || "#888";
  return {
    ink: color("ink"),
    quiet: color("quiet"),
    line: color("line"),
    grid: color("grid"),
    paper: color("paper"),
    panel: color("panel"),
    accent: color("accent"),
    good: color("good"),
    bad: color("bad"),
    font: style.fontFamily || "sans-serif",
    scale: (parseFloat(getComputedStyle(document.documentElement).fontSize) || 16) / 16,
  };
}

/** All canvases of the page: before printing each draws itself anew, in light colors. */
/** @type {Set<() => void>} */
export const drawn = new Set();

/**
 * @typedef {(context: CanvasRenderingContext2D, width: number, height: number, roles: Roles) => void} Draw
 */

/**
 * A canvas that calls `draw` when it is shown, when its size, the theme or `version` changes, and
 * once a frame while `running`. Sizes are in CSS pixels.
 *
 * @param {{ draw: Draw, label: string, height?: number, aspect?: number, version?: any,
 *   running?: boolean, class?: string, handlers?: Record<string, any>, focusable?: boolean,
 *   role?: string, describedby?: string, changed?: () => any, elementRef?: any }} props
 *   `height` in pixels, or `aspect` = width / height; `changed` returns a value: while running, a
 *   frame is drawn only if it differs from the value before
 */
export function Canvas(props) {
  const { draw, label, height, aspect = 1, version, running = false, handlers, focusable } = props;
  const { dark, palette } = usePage();
  const own = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const element = props.elementRef ?? own;
  const size = useRef({ width: 0, height: 0 });
  const [, setWidth] = useState(0);

  const paint = () => {
    const canvas = element.current;
    if (!canvas || !canvas.clientWidth) return;
    const wide = canvas.clientWidth;
    const high = height ?? wide / aspect;
    const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
    const pixels = [Math.round(wide * ratio), Math.round(high * ratio)];
    if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) {
      [canvas.width, canvas.height] = pixels;
    }
    size.current = { width: wide, height: high };
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.setTransform(pixels[0] / wide, 0, 0, pixels[1] / high, 0, 0);
    context.clearRect(0, 0, wide, high);
    draw(context, wide, high, roles(canvas));
  };
  const latest = useRef(paint);
  latest.current = paint;
  const ask = useFrame(() => latest.current());

  useLayoutEffect(() => {
    latest.current();
  }, [dark, palette, height, aspect]);
  useEffect(ask, [version, draw]);

  useEffect(() => {
    const watcher = new ResizeObserver(() => {
      setWidth(element.current?.clientWidth ?? 0);
      ask();
    });
    if (element.current) watcher.observe(element.current);
    const now = () => latest.current();
    drawn.add(now);
    return () => {
      watcher.disconnect();
      drawn.delete(now);
    };
  }, []);

  const changed = useRef(props.changed);
  changed.current = props.changed;
  useEffect(() => {
    if (!running) return undefined;
    let asked = 0;
    let before = /** @type {any} */ (Symbol("nothing"));
    const turn = () => {
      asked = requestAnimationFrame(turn);
      const now = changed.current?.();
      if (changed.current && now === before) return;
      before = now;
      latest.current();
    };
    asked = requestAnimationFrame(turn);
    return () => {
      cancelAnimationFrame(asked);
      latest.current();
    };
  }, [running]);

  return html`<canvas
    ref=${element}
    class=${`canvas ${props.class ?? ""}`}
    role=${props.role ?? "img"}
    aria-label=${label}
    aria-describedby=${props.describedby}
    tabindex=${focusable ? 0 : undefined}
    style=${{ aspectRatio: height ? undefined : String(aspect), height: height ? `${height}px` : undefined }}
    ...${handlers}
  />`;
}
