import { describe, expect, it } from 'vitest';
import { ends } from '../src/charts/lines';
import { legendHeight } from '../src/charts/axes';
import { variantLines } from '../src/experiment/experimentPage';
import { named } from '../src/sentence/named';
import { orderOf } from '../src/sentence/states';
import { sides } from '../src/training/answer';
import { roomBelow } from '../src/training/curves';
import type { Sentence } from '../src/data';

describe('axes that show all there is', () => {
  it('zeros stand at the foot of a logarithmic axis', () => {
    expect(ends([{ name: 'a', points: [[1, 0], [2, 0.5]] }], true)).toEqual({ floor: 10 ** -2 });
  });

  it('runs that broke have room at the top', () => {
    expect(ends([{ name: 'a', points: [[1, 300], [2, null]], broken: [2] }], true)).toEqual({ top: 1e4 });
    expect(ends([{ name: 'a', points: [[1, 300]] }], true)).toEqual({});
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
});
