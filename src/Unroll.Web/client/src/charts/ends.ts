import { power } from '../page/numbers';
import { roomBelow } from './axes';
import type { Line } from './lines';

// Beyond so many powers of ten they alone stand along the axis, at most so many.
const MOST_DECADES = 2.5;
const MOST_POWERS = 6;
const MOST_PLACES = 8;
// What a foot or the crosses take of the height.
const ROOM = 0.12;

export interface Ends {
  low: number;
  high: number;
  /** Where zeros stand, below all other values. */
  floor?: number;
  /** Where the crosses of runs that failed stand, above all values. */
  top?: number;
}

const valuesOf = (lines: Line[]): number[] => lines.flatMap((line) => [
  ...line.points.flatMap(([, y]) => (y === null ? [] : [y])), ...(line.spread ?? []).flatMap(([, low, high]) => [low, high]),
]);

const hasFailed = (lines: Line[]): boolean => lines.some((line) => line.failed?.length);

// 1, 2 and 5 times the powers of ten.
const STEPS = [1, 2, 5];

/** The last round number that is not above a number, and the first that is not below it. */
export function roundBeside(value: number): [number, number] {
  const base = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const steps = [...STEPS, 10].map((step) => step * base);
  return [
    steps.findLast((step) => step <= value * (1 + 1e-9)) ?? base, steps.find((step) => step >= value * (1 - 1e-9)) ?? 10 * base,
  ];
}

/** The ends of a logarithmic y axis around all lines and marks; null where nothing is above 0. */
export function logEnds(lines: Line[], marks: number[] = []): Ends | null {
  const values = [...valuesOf(lines), ...marks];
  const positive = values.filter((y) => y > 0);
  if (positive.length === 0) return null;
  let [low] = roundBeside(positive.reduce((a, b) => Math.min(a, b)));
  let [, high] = roundBeside(positive.reduce((a, b) => Math.max(a, b)));
  if (low === high) [low, high] = [low / 2, high * 2];
  const room = (high / low) ** ROOM;
  return {
    low,
    high,
    ...(positive.length < values.length ? { floor: low / room } : {}),
    ...(hasFailed(lines) ? { top: high * room } : {}),
  };
}

/** The numbers along a logarithmic axis. */
export function ticks(low: number, high: number): number[] {
  const within = (tick: number): boolean => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9);
  const first = Math.floor(Math.log10(low) + 1e-9);
  const powers = Array.from({ length: Math.ceil(Math.log10(high) - 1e-9) - first + 1 }, (_, i) => 10 ** (first + i));
  if (Math.log10(high / low) <= MOST_DECADES) return powers.flatMap((tick) => STEPS.map((step) => step * tick)).filter(within);
  const shown = powers.filter(within);
  const every = Math.ceil(shown.length / MOST_POWERS);
  return shown.filter((_, i) => i % every === 0);
}

const isNear = (a: number, b: number | undefined): boolean => b !== undefined && Math.abs(a - b) <= 1e-6 * Math.abs(b);

/** What a logarithmic y axis shows; where it has them, the foot as 0 and the crosses as what failed. */
export function logAxis(lines: Line[], marks: number[], failure: string): object {
  const ends = logEnds(lines, marks);
  if (ends === null) return {};
  const { low, high, floor, top } = ends;
  const values = [...(floor === undefined ? [] : [floor]), ...ticks(low, high), ...(top === undefined ? [] : [top])];
  return {
    min: floor ?? low,
    max: top ?? high,
    axisTick: { show: false, customValues: values },
    axisLabel: {
      customValues: values,
      formatter: (y: number) => (isNear(y, floor) ? '0' : isNear(y, top) ? failure : power(y)),
    },
  };
}

/** Where the crosses of a linear y axis stand. */
export function linearTop(lines: Line[]): number | undefined {
  const most = valuesOf(lines).reduce((a, b) => Math.max(a, b), -Infinity);
  return hasFailed(lines) && Number.isFinite(most) ? most + ROOM * (Math.abs(most) || 1) : undefined;
}

/** What a linear y axis shows. Lines need not begin at 0, but where all are shares the axis does not make noise large. */
export function linearAxis(lines: Line[], failure: string): object {
  const top = linearTop(lines);
  return {
    ...(valuesOf(lines).every((y) => y >= 0 && y <= 1) ? { min: roomBelow(0.1) } : { scale: true }),
    ...(top === undefined ? {} : { max: top, axisLabel: { formatter: (y: number) => (isNear(y, top) ? failure : power(y)) } }),
  };
}

/** The numbers along a logarithmic x axis: where there are few points, theirs. */
export function logPlaces(lines: Line[]): object {
  const places = [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  if (places.length === 0) return {};
  const values = places.length <= MOST_PLACES ? places : ticks(places[0]!, places.at(-1)!);
  return { axisTick: { show: false, customValues: values }, axisLabel: { customValues: values } };
}
