import type { Child } from '../page/element';
import { seriesColour, type Palette } from '../page/palette';
import type { Table } from '../page/table';
import { axis, frame, legend, legendHeight, look, markLine } from './axes';
import { chartCard, type ChartCard } from './chart';
import type { Option } from './echarts';
import { linearAxis, linearTop, logAxis, logEnds, logPlaces } from './ends';
import { crosses, pointOf, spreads } from './marks';

export interface Line {
  name: string;
  /** A y that is null leaves a gap. */
  points: [number, number | null][];
  /** Where there is no value because a run failed: a cross at the top says so. */
  failed?: number[];
  /** What stands beside a point: of how many seeds its mean is, where not of all. */
  sparse?: [number, string][];
  /** The least and the most of the seeds: an upright line through the point. */
  spread?: [x: number, low: number, high: number][];
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
  /** Whether the numbers along x stand by their logarithm. */
  xIsLog?: boolean;
  yName: string;
  y?: Record<string, unknown>;
  yType?: 'value' | 'log';
  /** What the crosses at the top mean; that a run broke, by default. */
  failure?: string;
  /** Asked again whenever what is shown changes. */
  lines: () => Line[];
  /** Lines across and upright. */
  marks?: () => object[];
  table?: () => Table;
}

const BROKE = 'broke';

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

function option(spec: Lines, lines: Line[], colours: Palette, width: number): Option {
  const names = [...new Set(lines.map((line) => line.name))];
  const marks = spec.marks?.() ?? [];
  const isLog = spec.yType === 'log';
  const base = frame(colours, isLog ? `${spec.yName} (log scale)` : spec.yName, legendHeight(names, width));
  const heights = marks.flatMap((mark) => ('yAxis' in mark && typeof mark.yAxis === 'number' ? [mark.yAxis] : []));
  const { floor, top } = isLog ? logEnds(lines, heights) ?? {} : { floor: undefined, top: linearTop(lines) };
  const failure = spec.failure ?? BROKE;
  return {
    ...base,
    ...(lines.length > MOST_IN_TOOLTIP ? { tooltip: { show: false } } : {}),
    legend: legend(colours, names),
    xAxis: axis(colours, spec.xIsLog ? `${spec.xName} (log scale)` : spec.xName, spec.xIsLog ? 'log' : 'value', {
      min: 'dataMin',
      max: 'dataMax',
      splitLine: { show: false },
      ...(spec.xIsLog ? logPlaces(lines) : { minInterval: 1 }),
      ...spec.x,
    }),
    yAxis: axis(colours, '', spec.yType ?? 'value', {
      ...(isLog ? {} : linearAxis(lines, failure)), ...spec.y, ...(isLog ? logAxis(lines, heights, failure) : {}),
    }),
    series: [...lines.map((line, i) => {
      // Of a bound that belongs to no line nobody measured anything: it takes no colour from those that were.
      const isAlone = line.style === 'bound' && line.colour === undefined;
      const colour = isAlone ? colours.muted : seriesColour(colours, line.colour ?? i);
      const drawn = look(line.look ?? i, line.points.length) as { lineStyle: object };
      return {
        ...drawn,
        ...(line.style ? { symbol: 'none' } : {}),
        name: line.name,
        color: colour,
        lineStyle: { ...(line.style ? STYLES[line.style] : drawn.lineStyle), color: colour },
        // A zero has no place on a logarithmic axis: it stands at its foot, which is named 0.
        data: line.points.map(([x, y]) => pointOf([x, floor !== undefined && y !== null && y <= 0 ? floor : y], line, colours)),
        markLine: i === 0 && marks.length > 0 ? markLine(colours, marks) : undefined,
      };
    }), ...spreads(lines, floor, colours), ...(top === undefined ? [] : crosses(lines, top, colours))],
  };
}

/** The lines as a table: a row for each x that any of them has, and where one failed, that. */
export function table(spec: Pick<Lines, 'title' | 'xName' | 'failure'>, lines: Line[]): Table {
  const places = [...new Set(lines.flatMap((line) => [...line.points.map(([x]) => x), ...line.failed ?? []]))]
    .sort((a, b) => a - b);
  const values = lines.map((line) => new Map<number, number | string | null>(
    [...line.points, ...(line.failed ?? []).map((x): [number, string] => [x, spec.failure ?? BROKE])]));
  return {
    caption: spec.title,
    columns: [spec.xName, ...lines.map((line) => line.name)],
    rows: places.map((x) => [String(x), ...values.map((of) => of.get(x))]),
  };
}
