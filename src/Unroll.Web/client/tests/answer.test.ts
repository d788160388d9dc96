import { describe, expect, it } from 'vitest';
import { linearAxis, linearTop, logAxis, logEnds, ticks } from '../src/charts/ends';
import { legendHeight, roomBelow } from '../src/charts/axes';
import { variantLines } from '../src/experiment/experimentPage';
import { named } from '../src/sentence/named';
import { orderOf } from '../src/sentence/states';
import { nameOfPoint, sides } from '../src/training/answer';
import type { Sentence } from '../src/data';

describe('axes that show all there is', () => {
  it('a logarithmic axis ends at the round numbers around its lines and marks', () => {
    expect(logEnds([{ name: 'a', points: [[1, 0.03], [2, 4]] }])).toEqual({ low: 0.02, high: 5 });
    expect(logEnds([{ name: 'a', points: [[1, 3]], spread: [[1, 0.5, 9]] }], [30])).toEqual({ low: 0.5, high: 50 });
    expect(logEnds([{ name: 'a', points: [[1, 0], [2, null]] }])).toBeNull();
    expect(ticks(0.02, 5).map((tick) => Number(tick.toPrecision(6)))).toEqual([0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]);
    expect(ticks(2e-7, 1e5).map((tick) => Math.round(Math.log10(tick)))).toEqual([-6, -4, -2, 0, 2, 4]);
  });

  it('the crosses of runs that failed and the zeros have their names along the axis', () => {
    const lines = [{ name: 'a', points: [[1, 0], [2, 300]] as [number, number][], failed: [3] }];
    const { low, floor, top } = logEnds(lines)!;
    expect(floor).toBeLessThan(low);
    expect(top).toBeGreaterThan(300);
    const axis = logAxis(lines, [], 'broke') as {
      min: number; max: number; axisLabel: { customValues: number[]; formatter: (y: number) => string };
    };
    expect(axis.axisLabel.customValues.map(axis.axisLabel.formatter)).toEqual(['0', '200', '500', 'broke']);
    expect([axis.min, axis.max]).toEqual([floor, top]);
  });

  it('shares keep room below, and other numbers need not begin at 0', () => {
    expect(linearAxis([{ name: 'a', points: [[1, 5], [2, 6]] }], 'broke')).toEqual({ scale: true });
    expect(linearTop([{ name: 'a', points: [[1, 5]], failed: [2] }])).toBeCloseTo(5.6);
    const { min } = linearAxis([{ name: 'a', points: [[1, 0.97]] }], 'broke') as { min: ReturnType<typeof roomBelow> };
    expect(min({ min: 0.97, max: 0.98 })).toBe(0.8);
  });

  it('a legend takes the rows that its names need', () => {
    expect(legendHeight(['one'], 400)).toBe(0);
    expect(legendHeight(['one', 'two'], 400)).toBe(30);
    expect(legendHeight(Array.from({ length: 12 }, (_, i) => `rnn-orthogonal ${i}`), 400)).toBe(150);
  });

  it('an axis of shares does not make noise large', () => {
    expect(roomBelow(0.1)({ min: 0.91, max: 0.92 })).toBe(0.8);
    expect(roomBelow(0.1)({ min: 0.3, max: 0.92 })).toBe(0.3);
  });
});

it('many units are sorted by the word that moves them', () => {
  const units = Array.from({ length: 20 }, (_, unit) => unit % 2);
  expect(orderOf([units.map((late) => (late ? 0 : 1)), units.map(() => 1)]).slice(0, 3)).toEqual([0, 2, 4]);
  expect(orderOf([[3, 1, 2]])).toEqual([0, 1, 2]);
});

it('variants of cells have a line each', () => {
  expect(variantLines([{ kind: 'settings', cells: ['rnn', 'irnn'] }])[0]!.textContent).toContain('irnn: a vanilla RNN with ReLU');
  expect(variantLines([{ kind: 'settings', cells: ['rnn'] }])).toEqual([]);
});

describe('the lab', () => {
  const sentence = {
    label: '1', probabilities: { 0: 0.1, 1: 0.9 }, model: { labels: ['0', '1'] },
    plane: { points: [[0, 0], [0.5, -0.5]], boundary: { a: 1, b: 0, c: 0 } },
  } as unknown as Sentence;

  it('says labels by name', () => {
    expect(named([sentence], { 0: 'bad', 1: 'good' })[0]).toMatchObject({
      label: 'good', probabilities: { bad: 0.1, good: 0.9 }, model: { labels: ['bad', 'good'] },
    });
    expect(named([sentence], undefined)[0]!.label).toBe('1');
  });

  it('names the sides by where a sentence ends', () => {
    expect(sides(named([sentence], { 0: 'bad', 1: 'good' }) as never)).toEqual({ positive: 'good', negative: 'bad' });
  });

  it('names states that both sentences share once', () => {
    const read = [{ tokens: ['it', 'is', 'bad'] }, { tokens: ['it', 'is', 'good'] }];
    expect([0, 1, 2, 3].map((t) => nameOfPoint(read, 0, t))).toEqual(['start', 'it', 'is', 'bad']);
    expect([0, 1, 2, 3].map((t) => nameOfPoint(read, 1, t))).toEqual(['', '', '', 'good']);
  });
});
