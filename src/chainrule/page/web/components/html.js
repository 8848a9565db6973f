// Preact and htm, bound to each other: html`<div>...</div>` makes elements.
import htm from "../vendor/htm.js";
import { createElement, Fragment, render } from "../vendor/preact.js";

export const html = htm.bind(createElement);
export { Fragment, render };
export {
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
  useCallback,
} from "../vendor/preact-hooks.js";
