import { expect, it } from 'vitest';
import { settingText } from '../src/experiment/experimentPage';
import { curvesOf, distinct, linesOf } from '../src/experiment/lines';
import { light, seriesColour } from '../src/page/palette';

const training = (cell: string, length: number, steps: number): Parameters<typeof curvesOf>[0][number] =>
  ({ cell, length, seed: 1, steps, curve_every: 10, curve: [0.5, null, 0.25] });

it('lines are told apart by their kind', () => {
  expect(linesOf([{ kind: 'run', seed: 1 }, { kind: 'summary', seed: 2 }], 'summary')).toEqual([{ kind: 'summary', seed: 2 }]);
});

it('each cell has a colour and a dash, and the last value stands at the last step', () => {
  const runs = [training('zigzag', 5, 30), training('gru', 5, 25), training('gru', 40, 30)];
  const cells = distinct(runs.map((run) => run.cell));
  expect(curvesOf(runs, 5, cells)).toEqual([
    { name: 'zigzag', colour: 0, look: 0, points: [[10, 0.5], [20, null], [30, 0.25]] },
    { name: 'gru', colour: 1, look: 1, points: [[10, 0.5], [20, null], [25, 0.25]] },
  ]);
});

it('a dozen cells that nobody has heard of have a dozen colours', () => {
  const cells = Array.from({ length: 12 }, (_, i) => `cell ${i}`);
  const lines = curvesOf(cells.map((cell) => training(cell, 5, 30)), 5, cells);
  expect(new Set(lines.map((line) => seriesColour(light, line.colour!))).size).toBe(12);
});

it('settings are rounded, and seeds are numbered from 1', () => {
  expect(settingText('seeds', 5)).toBe('1 … 5');
  expect(settingText('seeds', 1)).toBe('1');
  expect(settingText('radii', [0.1 + 0.2, 1])).toBe('0.3, 1');
  expect(settingText('clip', true)).toBe('true');
});
