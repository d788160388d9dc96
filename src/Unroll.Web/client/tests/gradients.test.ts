import { describe, expect, it } from 'vitest';
import { hasBound } from '../src/gradients/decay';
import { distanceLines, firstMiddleLast } from '../src/gradients/distance';
import { spectrumChart } from '../src/gradients/spectrum';
import { run } from './samples';

const epochs = [1, 2, 3, 4, 5].map((epoch) => ({
  epoch, samples: 1, hidden_norm: [8, 4, 2], by_step: [2, 4, 8], spectral_norm: 0.5, spectral_radius: 0.4,
}));

it.each([[1, [0]], [2, [0, 1]], [3, [0, 1, 2]], [8, [0, 3, 7]]])('of %i epochs those of places %j are drawn', (count, places) => {
  expect(firstMiddleLast(Array.from({ length: count }, (_, i) => i))).toEqual(places);
});

it('a bound starts where the gradient does and has its colour', () => {
  expect(distanceLines({ epochs, values: (epoch) => epoch.hidden_norm, isBounded: true }).slice(0, 2)).toEqual([
    { name: 'epoch 1', colour: 0, points: [[0, 8], [1, 4], [2, 2]] },
    { name: 'bound, epoch 1', colour: 0, style: 'bound', points: [[0, 8], [1, 4], [2, 2]] },
  ]);
  expect(distanceLines({ epochs, values: (epoch) => epoch.by_step, isBounded: false })).toHaveLength(3);
});

it('a cell without recurrent weights has no bound and no spectrum', () => {
  const without = epochs.map((epoch) => ({ ...epoch, spectral_norm: null, spectral_radius: null }));
  expect(distanceLines({ epochs: without, values: (epoch) => epoch.hidden_norm, isBounded: true })).toHaveLength(3);
  expect(spectrumChart(run, without)).toBeNull();
});

describe('the bound of a vanilla recurrence', () => {
  const vanilla = { ...run, cell: { gates: [], cell_state: false }, config: { cell: 'zigzag', layers: 1, pooling: 'last' } };

  it('holds for any cell without gates, whatever its name', () => {
    expect(hasBound(vanilla)).toBe(true);
  });

  it.each([
    ['gates', { cell: { gates: ['leak'], cell_state: false } }],
    ['a cell that is not known', { cell: undefined }],
    ['layers', { config: { ...vanilla.config, layers: 2 } }],
    ['directions', { config: { ...vanilla.config, bidirectional: true } }],
    ['another pooling', { config: { ...vanilla.config, pooling: 'mean' } }],
  ])('does not hold with %s', (_, other) => {
    expect(hasBound({ ...vanilla, ...other })).toBe(false);
  });
});
