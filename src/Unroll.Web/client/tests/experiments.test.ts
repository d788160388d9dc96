import { describe, expect, it } from 'vitest';
import type { Chart } from '../src/experiment/data';
import { chartTable, declaredCharts, linesOfChart } from '../src/experiment/declared';
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

const chart = (log: boolean): Chart => ({
  id: 'kept',
  title: 'Kept',
  note: '',
  x: { name: 'words', log },
  y: { name: 'share', log: false },
  names: [],
  failure: 'unsolved',
  series: [
    {
      name: 'gru',
      bound: false,
      points: [[0, 1, 1, 1], [8, 0.5, 0.25, 0.75], [16, null, null, null], [32, 2, 2, 2]],
      sparse: [[8, 2, 5], [32, 1, 5]],
      failed: [16],
    },
    { name: 'guessing', bound: true, points: [[0, 0.1, 0.1, 0.1]], sparse: [], failed: [] },
  ],
});

it('a declared chart draws means and gaps, bounds as bounds, and nothing at 0 of a logarithm', () => {
  expect(linesOfChart(chart(false))).toEqual([
    {
      name: 'gru',
      points: [[0, 1], [8, 0.5], [16, null], [32, 2]],
      spread: [[8, 0.25, 0.75]],
      sparse: [[8, '2 of 5'], [32, '1 of 5']],
      failed: [16],
    },
    { name: 'guessing', style: 'bound', points: [[0, 0.1]] },
  ]);
  expect(linesOfChart(chart(true)).map(({ points }) => points)).toEqual([[[8, 0.5], [16, null], [32, 2]], []]);
});

it('the table of a declared chart has the spread of the seeds, of how many a mean is, and what failed', () => {
  expect(chartTable(chart(false))).toEqual({
    caption: 'Kept',
    columns: ['words', 'gru', 'guessing'],
    rows: [
      ['0', 1, 0.1], ['8', '0.5 (0.25–0.75), 2 of 5', undefined], ['16', 'unsolved', undefined], ['32', '2, 1 of 5', undefined],
    ],
  });
});

describe('bars with names along x', () => {
  const bars = (count: number): Chart => ({
    ...chart(false),
    names: ['before', 'after'],
    series: Array.from({ length: count }, (_, i) => ({
      name: `cell ${i}`, bound: false, points: [[0, 0.5, 0.4, 0.6], [1, 0.25, 0.25, 0.25]], sparse: [], failed: [],
    })),
  });
  const drawn = (count: number): { type: string; data: unknown[] }[] => {
    declaredCharts({ charts: [bars(count)] });
    return (window.unroll.charts['kept']!() as { series: { type: string; data: unknown[] }[] }).series;
  };

  it('have their least and most over them', () => {
    expect(drawn(2).map(({ type }) => type)).toEqual(['bar', 'bar', 'custom', 'custom']);
    expect(drawn(2)[2]!.data).toEqual([[0, 0.4, 0.6]]);
  });

  it('are a map where they are too many to be told apart', () => {
    expect(drawn(7).map(({ type }) => type)).toEqual(['heatmap']);
    expect(drawn(7)[0]!.data).toHaveLength(14);
  });

  it('are a map with its names below each other where these are too many', () => {
    const names = Array.from({ length: 20 }, (_, i) => `gate ${i}`);
    const points = names.map((_, i): [number, number, number, number] => [i, i, i, i]);
    declaredCharts({ charts: [{ ...bars(2), names, series: bars(2).series.map((one) => ({ ...one, points })) }] });
    const option = window.unroll.charts['kept']!() as { yAxis: { data: string[] }; series: { data: unknown[] }[] };
    expect(option.yAxis.data).toEqual(names);
    expect(option.series[0]!.data.slice(0, 3)).toEqual([[0, 0, 0], [1, 0, 0], [0, 1, 1]]);
  });
});
