import type { Child } from '../page/element';
import { power } from '../page/numbers';
import { seriesColour, type Palette } from '../page/palette';
import type { Table } from '../page/table';
import { axis, frame, legend, legendHeight, look, markLine } from './axes';
import { chartCard, type ChartCard } from './chart';
import type { Option } from './echarts';

export interface Line {
  name: string;
  /** A y that is null leaves a gap. */
  points: [number, number | null][];
  /** Where a run broke: its number was not finite any more. Marks at the top say so. */
  broken?: number[];
  /** Which colour of the palette, and which dash and mark; the line's place by default. */
  colour?: number;
  look?: number;
  /** Thin and without marks: a bound or a baseline, which nobody measured, or one of very many lines. */
  style?: 'bound' | 'plain' | 'faint';
}

export interface Lines {
  id: string;
  title: string;
  note?: string;
  height?: number;
  controls?: Child[];
  xName: string;
  x?: Record<string, unknown>;
  yName: string;
  y?: Record<string, unknown>;
  yType?: 'value' | 'log';
  /** Asked again whenever what is shown changes. */
  lines: () => Line[];
  /** Lines across and upright. */
  marks?: () => object[];
  table?: () => Table;
}

// More lines than this at one place no pop-up can list.
const MOST_IN_TOOLTIP = 14;

const STYLES = {
  bound: { width: 1, type: 'dashed' },
  plain: { width: 1.5, type: 'solid' },
  faint: { width: 1, type: 'solid', opacity: 0.35 },
};

/** Lines over numbers. */
export const linesChart = (spec: Lines): ChartCard =>
  chartCard({
    id: spec.id,
    title: spec.title,
    note: spec.note,
    height: spec.height,
    controls: spec.controls,
    option: (colours, width) => option(spec, spec.lines(), colours, width),
    table: spec.table ?? (() => table(spec, spec.lines())),
  });

/** The ends of a y axis that has to show more than its lines: zeros of a logarithmic one, and runs that broke. */
export function ends(lines: Line[], isLog: boolean): { floor?: number; top?: number } {
  const values = lines.flatMap((line) => line.points.flatMap(([, y]) => (y === null ? [] : [y])));
  const positive = values.filter((y) => y > 0);
  const least = Math.min(...positive);
  const most = Math.max(...(isLog ? positive : values));
  const hasZeros = isLog && positive.length > 0 && positive.length < values.length;
  const isBroken = lines.some((line) => line.broken?.length) && Number.isFinite(most);
  return {
    ...(hasZeros ? { floor: 10 ** (Math.ceil(Math.log10(least)) - 2) } : {}),
    ...(isBroken ? { top: isLog ? 10 ** (Math.floor(Math.log10(most)) + 2) : most + 0.1 * (Math.abs(most) || 1) } : {}),
  };
}

function option(spec: Lines, lines: Line[], colours: Palette, width: number): Option {
  const names = [...new Set(lines.map((line) => line.name))];
  const marks = spec.marks?.() ?? [];
  const isLog = spec.yType === 'log';
  const base = frame(colours, isLog ? `${spec.yName} (log scale)` : spec.yName, legendHeight(names, width));
  const { floor, top } = ends(lines, isLog);
  return {
    ...base,
    ...(lines.length > MOST_IN_TOOLTIP ? { tooltip: { show: false } } : {}),
    legend: legend(colours, names),
    xAxis: axis(colours, spec.xName, 'value', {
      min: 'dataMin', max: 'dataMax', minInterval: 1, splitLine: { show: false }, ...spec.x,
    }),
    yAxis: axis(colours, '', spec.yType ?? 'value', {
      ...spec.y,
      ...(floor === undefined ? {} : { min: floor, axisLabel: { formatter: (y: number) => (y === floor ? '0' : power(y)) } }),
      ...(top === undefined ? {} : { max: top }),
    }),
    series: [...lines.map((line, i) => {
      const colour = seriesColour(colours, line.colour ?? i);
      const drawn = look(line.look ?? i, line.points.length) as { lineStyle: object };
      return {
        ...drawn,
        ...(line.style ? { symbol: 'none' } : {}),
        name: line.name,
        color: colour,
        lineStyle: { ...(line.style ? STYLES[line.style] : drawn.lineStyle), color: colour },
        // A zero has no place on a logarithmic axis: it stands at its foot, which is named 0.
        data: floor === undefined ? line.points : line.points.map(([x, y]) => [x, y !== null && y <= 0 ? floor : y]),
        markLine: i === 0 && marks.length > 0 ? markLine(colours, marks) : undefined,
      };
    }), ...(top === undefined ? [] : lines.flatMap((line, i) => brokenMarks(line, i, top, colours)))],
  };
}

// Runs that broke, as crosses at the top of the chart.
const brokenMarks = (line: Line, i: number, top: number, colours: Palette): object[] =>
  (line.broken ?? []).length === 0 ? [] : [{
    type: 'line',
    name: line.name,
    lineStyle: { width: 0, opacity: 0 },
    symbol: 'path://M0,0 L3,0 L10,8 L17,0 L20,0 L12,10 L20,20 L17,20 L10,12 L3,20 L0,20 L8,10 Z',
    symbolSize: 11,
    showAllSymbol: true,
    color: seriesColour(colours, line.colour ?? i),
    label: { show: true, position: 'bottom', formatter: 'broke', color: colours.muted, fontSize: 11 },
    labelLayout: { hideOverlap: true },
    tooltip: { show: false },
    data: line.broken!.map((x) => [x, top]),
  }];

/** The lines as a table: a row for each x that any of them has. */
export function table(spec: Pick<Lines, 'title' | 'xName'>, lines: Line[]): Table {
  const places = [...new Set(lines.flatMap((line) => line.points.map(([x]) => x)))].sort((a, b) => a - b);
  const values = lines.map((line) => new Map(line.points));
  return {
    caption: spec.title,
    columns: [spec.xName, ...lines.map((line) => line.name)],
    rows: places.map((x) => [String(x), ...values.map((of) => of.get(x))]),
  };
}
