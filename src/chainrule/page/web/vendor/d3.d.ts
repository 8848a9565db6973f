declare const d3: any;
export default d3;
