import { palette } from '../page/theme';
import { seriesColour } from '../page/palette';

type Attributes = Record<string, string | number | undefined>;

/** Builds an SVG element; strings become text. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: (SVGElement | string)[]
): SVGElementTagNameMap[K] {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  set(node, attributes);
  node.append(...children);
  return node;
}

/** Sets attributes. */
export function set(node: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) node.removeAttribute(name);
    else node.setAttribute(name, String(value));
  }
}

/** The colour of the i-th series or class, as the page is light or dark. */
export const colour = (i: number): string => seriesColour(palette(), i);

/** Blue below zero, orange above; the other sign is dashed too. */
export const signColour = (value: number): string => {
  const { diverging } = palette();
  return value < 0 ? diverging[0]! : diverging.at(-1)!;
};

export interface Scale {
  (value: number): number;
  ticks: number[];
}

/** A linear scale with round ticks. */
export function linear(from: number, to: number, start: number, end: number, most = 5): Scale {
  const span = to - from || 1;
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + 1e-9 * span; i++) ticks.push(Number((i * step).toPrecision(12)));
  return Object.assign((value: number) => start + ((value - from) / span) * (end - start), { ticks });
}

/** A logarithmic scale; ticks are powers of ten, at most five. */
export function logarithmic(from: number, to: number, start: number, end: number): Scale {
  const [low, high] = [Math.floor(Math.log10(from) + 1e-9), Math.ceil(Math.log10(to) - 1e-9)];
  const top = Math.max(high, low + 1);
  const step = Math.max(1, Math.ceil((top - low) / 5));
  const ticks: number[] = [];
  for (let exponent = low; exponent <= top; exponent += step) ticks.push(Number(`1e${exponent}`));
  return Object.assign(
    (value: number) => start + ((Math.log10(Math.max(value, 1e-300)) - low) / (top - low)) * (end - start), { ticks });
}

const widths = new Map<HTMLElement, number>();

/** Widths are measured again, as after the window got another one. */
export const forgetWidths = (): void => widths.clear();

/** The width that an element has for its picture. It is measured once, for to measure is to lay the page out. */
export function widthOf(node: HTMLElement, least = 200): number {
  const known = widths.get(node) ?? node.clientWidth;
  if (known > 0) widths.set(node, known);
  return Math.max(least, Math.floor(known) || 320);
}
