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
  /** Writes the value into its cell. */
  cell?: (value: number) => string;
  /** Names along x are all shown, turned where they are many. */
  rotate?: boolean;
  /** The first y on top, as in a matrix. */
  matrix?: boolean;
}

export function heatMap(map: HeatMap, colours: Palette): Option {
  const isLog = map.scale === 'logarithmic';
  const shown = map.values.map((row) => row.map((value) => (value === null ? null : isLog ? (value > 0 ? Math.log10(value) : null) : value)));
  const all = shown.flat().filter((value) => value !== null);
  const size = all.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const [low, high] = map.range ?? (map.scale === 'diverging' ? [-size, size] : [all.reduce((a, b) => Math.min(a, b), Infinity), all.reduce((a, b) => Math.max(a, b), -Infinity)]);
  const number = (value: number): string => (isLog ? power(10 ** value) : power(value));
  const base = frame(colours, map.yName, 40);
  return {
    ...base,
    tooltip: {
      ...(base.tooltip as object),
      trigger: 'item',
      formatter: (item: { data: [number, number, number] }) =>
        `${map.y[item.data[1]]} · ${map.x[item.data[0]]}\n${number(item.data[2])}`,
    },
    xAxis: axis(colours, map.xName, 'category', {
      data: map.x,
      splitLine: { show: false },
      ...(map.rotate === undefined ? {} : { axisLabel: { color: colours.muted, rotate: map.rotate ? 60 : 0, interval: 0, hideOverlap: true } }),
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
      inRange: { color: map.scale === 'diverging' ? colours.diverging : colours.sequential },
    },
    series: [{
      type: 'heatmap',
      data: shown.flatMap((row, y) => row.flatMap((value, x) => (value === null ? [] : [[x, y, value]]))),
      label: map.cell === undefined ? { show: false } : {
        show: true,
        fontSize: 12,
        // Black or white, whichever the cell's colour carries.
        formatter: (item: { data: [number, number, number] }) => `{${(item.data[2] - low) / (high - low || 1) > 0.55 ? 'onLight' : 'onDark'}|${map.cell!(item.data[2])}}`,
        rich: { onLight: { color: '#000000' }, onDark: { color: '#ffffff' } },
      },
      emphasis: { itemStyle: { borderColor: colours.text, borderWidth: 1 } },
    }],
  };
}
