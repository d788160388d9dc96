import { roomBelow } from '../charts/axes';
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
  /** The least height of the y axis, so that noise stays small. */
  least?: number;
  /** Lines across, as the clipping threshold. */
  across?: { name: string; value: number }[];
}

/** A line for each curve that was measured; of several runs each has its colour, and each of its curves a dash. */
export function curveLines(runs: Pick<Run, 'name' | 'metrics'>[], curves: Curve[]): Line[] {
  const isOverlaid = runs.length > 1;
  return runs.flatMap((run, r) => curves.flatMap((curve, c): Line[] => {
    const points = run.metrics.flatMap((epoch): [number, number][] => {
      const value = curve.value(epoch);
      return value === undefined ? [] : [[epoch.epoch, value]];
    });
    if (points.length === 0) return [];
    return [isOverlaid ? { name: `${run.name}: ${curve.name}`, points, colour: r, look: c } : { name: curve.name, points }];
  }));
}

/** Numbers of every epoch; several runs lie over each other. */
export function curvesChart(spec: Curves): ChartCard {
  const lines = curveLines(spec.runs, spec.curves);
  const kept = spec.runs.length > 1 ? undefined : keptEpoch(spec.runs[0]!);
  // The line's name stands on the side where there is room, and those of lines across at the other end.
  const isEarly = kept !== undefined && kept.epoch <= spec.runs[0]!.metrics.length / 2;
  const acrossPosition = isEarly ? 'insideEndTop' : 'insideStartTop';
  const keptLabel = {
    formatter: 'kept', position: 'insideEndTop', rotate: 0, align: isEarly ? 'left' : 'right', distance: [isEarly ? -5 : 5, 5],
  };
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
    y: {
      scale: true,
      ...(spec.least === undefined ? {} : { min: roomBelow(spec.least) }),
      max: top,
      ...(top === undefined ? {} : { axisLabel: { showMaxLabel: false } }),
    },
    lines: () => lines,
    marks: () => [
      ...(kept === undefined ? [] : [{ xAxis: kept.epoch, label: keptLabel }]),
      ...across.map((mark) => ({ yAxis: mark.value, label: { formatter: mark.name, position: acrossPosition } })),
    ],
  });
}
