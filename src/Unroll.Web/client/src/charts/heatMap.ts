import { power } from '../page/numbers';
import type { Palette } from '../page/palette';
import { axis, frame } from './axes';
import type { Option } from './echarts';

export interface HeatMap {
  xName: string;
  x: string[];
  yName: string;
  y: string[];
  /** A row for each y, a value for each x; null where there is none. */
  values: (number | null)[][];
  /** One colour from low to high, or two from negative over zero to positive. */
  scale: 'sequential' | 'diverging' | 'logarithmic';
  /** The ends of the scale, where they are known beforehand. */
  range?: [number, number];
  /** Writes into each cell. */
  cell?: (value: number, x: number, y: number) => string;
  /** The pop-up of a cell; its names and its value by default. */
  about?: (value: number, x: number, y: number) => string;
  /** How many each value stands for: they travel with the cells. */
  counts?: number[][];
  /** Names along x are all shown, turned where they are many. */
  rotate?: boolean;
  /** The first y on top, as in a matrix. */
  matrix?: boolean;
}

interface Item {
  value: [number, number, number];
}

/** The ends of a scale over some values: around zero where it has two colours. */
export function range(values: number[], scale: HeatMap['scale']): [number, number] {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  return scale === 'diverging'
    ? [-largest, largest]
    : [values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity)];
}

/** Whether the colour of a share of a scale carries black, or else white. */
export function isLight(scale: string[], share: number): boolean {
  const colour = scale[Math.round(share * (scale.length - 1))]!;
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as [number, number, number];
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140;
}

export function heatMap(map: HeatMap, colours: Palette): Option {
  const isLog = map.scale === 'logarithmic';
  const scaled = (value: number | null): number | null =>
    value === null || !isLog ? value : value > 0 ? Math.log10(value) : null;
  const shown = map.values.map((row) => row.map(scaled));
  const [low, high] = map.range ?? range(shown.flat().filter((value) => value !== null), map.scale);
  const number = (value: number): string => (isLog ? power(10 ** value) : power(value));
  const scale = map.scale === 'diverging' ? colours.diverging : colours.sequential;
  const base = frame(colours, map.yName, 40);
  return {
    ...base,
    tooltip: {
      ...(base.tooltip as object),
      trigger: 'item',
      formatter: ({ value: [x, y, value] }: Item) => map.about?.(value, x, y) ?? `${map.y[y]!} · ${map.x[x]!}\n${number(value)}`,
    },
    xAxis: axis(colours, map.xName, 'category', {
      data: map.x,
      splitLine: { show: false },
      ...(map.rotate === undefined ? {} : {
        axisLabel: { color: colours.muted, rotate: map.rotate ? 60 : 0, interval: 0, hideOverlap: true },
      }),
    }),
    yAxis: axis(colours, '', 'category', { data: map.y, inverse: map.matrix ?? false, splitLine: { show: false } }),
    visualMap: {
      type: 'continuous',
      min: low,
      max: high === low ? low + 1 : high,
      calculable: false,
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      itemWidth: 12,
      itemHeight: 160,
      text: [number(high), number(low)],
      textStyle: { color: colours.muted },
      inRange: { color: scale },
    },
    series: [{
      type: 'heatmap',
      data: shown.flatMap((row, y) => row.flatMap((value, x) => {
        if (value === null) return [];
        const item = [x, y, value];
        return [map.counts ? { value: item, count: map.counts[y]![x]! } : item];
      })),
      label: map.cell === undefined ? { show: false } : {
        show: true,
        fontSize: 12,
        // Black or white, whichever the cell's colour carries.
        formatter: ({ value: [x, y, value] }: Item) =>
          `{${isLight(scale, (value - low) / (high - low || 1)) ? 'onLight' : 'onDark'}|${map.cell!(value, x, y)}}`,
        rich: { onLight: { color: '#000000' }, onDark: { color: '#ffffff' } },
      },
      emphasis: { itemStyle: { borderColor: colours.text, borderWidth: 1 } },
    }],
  };
}
