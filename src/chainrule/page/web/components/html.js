// Preact and htm, bound to each other: html`<div>...</div>` makes elements.
import htm from "../vendor/htm.js";
import { createContext, createElement, Fragment, render } from "../vendor/preact.js";

export const html = htm.bind(createElement);
export { createContext, Fragment, render };
export {
  useCallback,
  useContext,
  useEffect,
  useErrorBoundary,
  useId,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "../vendor/preact-hooks.js";
