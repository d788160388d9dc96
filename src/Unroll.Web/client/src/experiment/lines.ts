import type { Line } from '../charts/lines';
import type { TrainingRun } from './data';

/** The lines of one kind. */
export const linesOf = <L extends { kind: string }, K extends L['kind']>(lines: L[], kind: K): Extract<L, { kind: K }>[] =>
  lines.filter((line): line is Extract<L, { kind: K }> => line.kind === kind);

/** What there is of something, each once. */
export const distinct = <T>(values: T[]): T[] => [...new Set(values)];

/** The curves of the runs of one length, a colour for each cell. */
export const curvesOf = (runs: TrainingRun[], length: number, cells: string[]): Line[] =>
  runs.filter((run) => run.length === length).map((run) => {
    const place = cells.indexOf(run.cell);
    return {
      name: run.cell,
      colour: place,
      look: place,
      points: run.curve.map((value, i) => [Math.min((i + 1) * run.curve_every, run.steps), value]),
    };
  });
