/** Templates that call the bound function for each element. */
declare const htm: {
  bind<Element>(
    create: (...args: any[]) => Element,
  ): (strings: TemplateStringsArray, ...values: any[]) => Element;
};
export default htm;
