// What the page uses of preact. Elements have no type of their own here: htm makes them from text.
export function createElement(type: any, props?: any, ...children: any[]): any;
export function render(element: any, parent: Element | Document | DocumentFragment): void;
export function createContext<T>(value: T): { Provider: any; Consumer: any };
export function createRef<T = any>(): { current: T | null };
export const Fragment: any;
export class Component<P = any, S = any> {
  constructor(props?: P, context?: any);
  props: P;
  state: S;
  setState(state: Partial<S> | ((state: S) => Partial<S>), done?: () => void): void;
  forceUpdate(done?: () => void): void;
}
export const options: any;
