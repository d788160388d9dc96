import { seriesColour, type Palette } from '../page/palette';
import type { Line } from './lines';

const CROSS = 12;

/** A point, with what stands beside it. */
export function pointOf(point: [number, number | null], { points, sparse }: Line, colours: Palette): object {
  const text = sparse?.find(([x]) => x === point[0])?.[1];
  const isLast = points.every(([x]) => x <= point[0]);
  return text === undefined ? point : {
    value: point,
    label: { show: true, position: isLast ? 'left' : 'right', formatter: text, color: colours.muted, fontSize: 11 },
  };
}

// More points than this leave no room for upright lines between them.
const MOST_SPREAD = 24;

/** The least and the most of the seeds as upright lines, below the points. */
export const spreads = (lines: Line[], floor: number | undefined, colours: Palette): object[] => lines.flatMap((line, i) => {
  const spread = (line.spread ?? []).filter(([, low, high]) => low !== high);
  if (spread.length === 0 || line.points.length > MOST_SPREAD) return [];
  const at = (y: number): number => (floor !== undefined && y <= 0 ? floor : y);
  return [{
    type: 'line',
    name: line.name,
    symbol: 'none',
    silent: true,
    z: 1,
    tooltip: { show: false },
    lineStyle: { width: 1, opacity: 0.6, color: seriesColour(colours, line.colour ?? i) },
    data: spread.flatMap(([x, low, high]) => [[x, at(low)], [x, at(high)], [x, null]]),
  }];
});

/** Runs that failed, as crosses at the top of the chart; side by side where several did at one place, to the left at its end. */
export function crosses(lines: Line[], top: number, colours: Palette): object[] {
  const beside = new Map<number, number>();
  const last = Math.max(...lines.flatMap(({ points, failed }) => [...points.map(([x]) => x), ...failed ?? []]));
  return lines.flatMap((line, i) => ((line.failed ?? []).length === 0 ? [] : [{
    type: 'line',
    name: line.name,
    lineStyle: { width: 0, opacity: 0 },
    symbol: 'path://M0,0 L3,0 L10,8 L17,0 L20,0 L12,10 L20,20 L17,20 L10,12 L3,20 L0,20 L8,10 Z',
    symbolSize: CROSS - 1,
    showAllSymbol: true,
    color: seriesColour(colours, line.colour ?? i),
    tooltip: { show: false },
    data: line.failed!.map((x) => {
      const before = beside.get(x) ?? 0;
      beside.set(x, before + 1);
      return before === 0 ? [x, top] : { value: [x, top], symbolOffset: [CROSS * before * (x === last ? -1 : 1), 0] };
    }),
  }]));
}
