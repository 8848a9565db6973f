// What the page uses of preact's hooks.
type Inputs = readonly unknown[];
type Setter<S> = (next: S | ((before: S) => S)) => void;
type Effect = () => void | (() => void);

export function useState<S>(first: S | (() => S)): [S, Setter<S>];
export function useState<S = undefined>(): [S | undefined, Setter<S | undefined>];
export function useReducer<S, A>(reduce: (state: S, action: A) => S, first: S): [S, (a: A) => void];
export function useReducer<S, A, I>(
  reduce: (state: S, action: A) => S,
  first: I,
  begin: (first: I) => S,
): [S, (a: A) => void];
export function useRef<T>(first: T): { current: T };
export function useRef<T = any>(): { current: T | undefined };
export function useEffect(effect: Effect, inputs?: Inputs): void;
export function useLayoutEffect(effect: Effect, inputs?: Inputs): void;
export function useMemo<T>(make: () => T, inputs?: Inputs): T;
export function useCallback<F extends (...args: any[]) => any>(callback: F, inputs: Inputs): F;
export function useContext<T>(context: { Provider: any; Consumer: any }): T;
export function useErrorBoundary(callback?: (error: any) => void): [any, () => void];
export function useId(): string;
