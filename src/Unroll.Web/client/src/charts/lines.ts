import type { Child } from '../page/element';
import { seriesColour, type Palette } from '../page/palette';
import type { Table } from '../page/table';
import { axis, frame, legend, look, markLine } from './axes';
import { chartCard, type ChartCard } from './chart';
import type { Option } from './echarts';

export interface Line {
  name: string;
  /** A y that is null leaves a gap. */
  points: [number, number | null][];
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
    option: (colours) => option(spec, spec.lines(), colours),
    table: spec.table ?? (() => table(spec, spec.lines())),
  });

function option(spec: Lines, lines: Line[], colours: Palette): Option {
  const names = [...new Set(lines.map((line) => line.name))];
  const marks = spec.marks?.() ?? [];
  const isLog = spec.yType === 'log';
  const base = frame(colours, isLog ? `${spec.yName} (log scale)` : spec.yName, names.length > 1 ? 30 : 0);
  return {
    ...base,
    ...(lines.length > MOST_IN_TOOLTIP ? { tooltip: { show: false } } : {}),
    legend: legend(colours, names),
    xAxis: axis(colours, spec.xName, 'value', {
      min: 'dataMin', max: 'dataMax', minInterval: 1, splitLine: { show: false }, ...spec.x,
    }),
    yAxis: axis(colours, '', spec.yType ?? 'value', spec.y ?? {}),
    series: lines.map((line, i) => {
      const colour = seriesColour(colours, line.colour ?? i);
      const drawn = look(line.look ?? i, line.points.length) as { lineStyle: object };
      return {
        ...drawn,
        ...(line.style ? { symbol: 'none' } : {}),
        name: line.name,
        color: colour,
        lineStyle: { ...(line.style ? STYLES[line.style] : drawn.lineStyle), color: colour },
        data: isLog ? line.points.filter(([, y]) => y === null || y > 0) : line.points,
        markLine: i === 0 && marks.length > 0 ? markLine(colours, marks) : undefined,
      };
    }),
  };
}

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
