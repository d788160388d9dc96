import type { ChartCard } from '../charts/chart';
import { linesChart, type Line } from '../charts/lines';
import type { Epoch, Run } from '../data';
import { keptEpoch } from '../data';

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
  const isOverlaid = spec.runs.length > 1;
  const lines = spec.runs.flatMap((run, r) =>
    spec.curves
      .filter((curve) => run.metrics.some((epoch) => curve.value(epoch) !== undefined))
      .map((curve): Line => ({
        name: isOverlaid ? `${run.name}: ${curve.name}` : curve.name,
        points: run.metrics.flatMap((epoch): [number, number][] => {
          const value = curve.value(epoch);
          return value === undefined ? [] : [[epoch.epoch, value]];
        }),
        // Of several runs each has its colour, and each of its curves a dash.
        ...(isOverlaid ? { colour: r, look: spec.curves.indexOf(curve) } : {}),
      })));
  const kept = isOverlaid ? undefined : keptEpoch(spec.runs[0]!);
  const across = spec.across ?? [];
  const top = across.length === 0
    ? undefined
    : (range: { max: number }) => Math.max(range.max, ...across.map((mark) => mark.value)) * (spec.type === 'log' ? 1.3 : 1.1);
  return linesChart({
    id: spec.id,
    title: spec.title,
    note: spec.note,
    xName: 'epoch',
    x: { min: 1 },
    yName: spec.yName,
    yType: spec.type,
    y: { scale: true, max: top, ...(top === undefined ? {} : { axisLabel: { showMaxLabel: false } }) },
    lines: () => lines,
    marks: () => [
      ...(kept === undefined ? [] : [{ xAxis: kept.epoch, label: { formatter: 'kept', position: 'insideEndTop', rotate: 0 } }]),
      ...across.map((mark) => ({ yAxis: mark.value, label: { formatter: mark.name, position: 'insideStartTop' } })),
    ],
  });
}
