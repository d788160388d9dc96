import type { ChartCard } from '../charts/chart';
import { chartCard } from '../charts/chart';
import { axis, frame, legend, look, markLine } from '../charts/axes';
import type { Option } from '../charts/echarts';
import type { Epoch, Run } from '../data';
import { keptEpoch } from '../data';
import type { Palette } from '../page/palette';
import type { Table } from '../page/table';

export interface Curve {
  name: string;
  value: (epoch: Epoch) => number | undefined;
}

interface Curves {
  id: string;
  title: string;
  note?: string;
  yName: string;
  type?: 'value' | 'log';
  runs: Run[];
  curves: Curve[];
  /** Lines across, as the clipping threshold. */
  across?: { name: string; value: number }[];
}

/** Numbers of every epoch; several runs lie over each other. */
export function curvesChart(spec: Curves): ChartCard {
  const lines = spec.runs.flatMap((run) =>
    spec.curves
      .filter((curve) => run.metrics.some((epoch) => curve.value(epoch) !== undefined))
      .map((curve) => ({ run, curve, name: spec.runs.length > 1 ? `${run.name}: ${curve.name}` : curve.name })));
  return chartCard({
    id: spec.id,
    title: spec.title,
    note: spec.note,
    option: (colours) => option(spec, lines, colours),
    table: () => table(spec, lines),
  });
}

interface Line {
  run: Run;
  curve: Curve;
  name: string;
}

function option(spec: Curves, lines: Line[], colours: Palette): Option {
  const kept = spec.runs.length === 1 ? keptEpoch(spec.runs[0]!) : undefined;
  const marks = [
    ...(kept === undefined ? [] : [{ xAxis: kept.epoch, label: { formatter: 'kept', position: 'insideEndTop', rotate: 0 } }]),
    ...(spec.across ?? []).map((mark) => ({ yAxis: mark.value, label: { formatter: mark.name, position: 'insideStartTop' } })),
  ];
  const across = (spec.across ?? []).map((mark) => mark.value);
  const top = across.length === 0 ? undefined : (range: { max: number }) => Math.max(range.max, ...across) * (spec.type === 'log' ? 1.3 : 1.1);
  const isOverlaid = spec.runs.length > 1;
  const isMany = lines.length > 1;
  return {
    ...frame(colours, spec.yName, isMany ? 30 : 0),
    legend: legend(colours, lines.map((line) => line.name)),
    xAxis: axis(colours, 'epoch', 'value', { min: 1, max: 'dataMax', minInterval: 1, splitLine: { show: false } }),
    yAxis: axis(colours, '', spec.type ?? 'value', { scale: true, max: top, axisLabel: { color: colours.muted, showMaxLabel: top === undefined ? undefined : false } }),
    series: lines.map((line, i) => ({
      // Of several runs each has its colour, and each of its curves a dash.
      ...look(isOverlaid ? spec.curves.indexOf(line.curve) : i, line.run.metrics.length),
      color: colours.series[(isOverlaid ? spec.runs.indexOf(line.run) : i) % colours.series.length],
      name: line.name,
      data: line.run.metrics.flatMap((epoch) => {
        const value = line.curve.value(epoch);
        return value === undefined ? [] : [[epoch.epoch, value]];
      }),
      markLine: i === 0 && marks.length > 0 ? markLine(colours, marks) : undefined,
    })),
  };
}

function table(spec: Curves, lines: Line[]): Table {
  const epochs = [...new Set(spec.runs.flatMap((run) => run.metrics.map((epoch) => epoch.epoch)))].sort((a, b) => a - b);
  const byEpoch = new Map(spec.runs.map((run) => [run, new Map(run.metrics.map((epoch) => [epoch.epoch, epoch]))]));
  return {
    caption: spec.title,
    columns: ['epoch', ...lines.map((line) => line.name)],
    rows: epochs.map((number) => [String(number), ...lines.map((line) => {
      const epoch = byEpoch.get(line.run)!.get(number);
      return epoch && line.curve.value(epoch);
    })]),
  };
}
