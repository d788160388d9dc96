import { describe, expect, it } from 'vitest';
import { factorOfStep } from '../src/live/backward';
import { points } from '../src/live/curve';
import { afterKey } from '../src/live/drag';
import { factorTo } from '../src/live/eigen';
import { shortened } from '../src/live/lab';
import { decode, encode, type State } from '../src/live/link';
import { distance } from '../src/live/missions';
import { middles, Names, probabilitiesAt, reach, sharedWords } from '../src/live/plane';
import { repeated } from '../src/live/sentence';
import { race, toRate } from '../src/live/settings';
import { linear, logarithmic } from '../src/live/svg';
import type { Sentence } from '../src/live/view';

const sentence = (text: string, spots: number[][] = []): Sentence =>
  ({ text, tokens: text.split(' '), unknown: [], probabilities: [], states: spots, points: spots });

describe('links', () => {
  it('hold everything, texts of any letters too', () => {
    const state: State = {
      settings: { task: 'own', rows: 'süß\tçok güzel 🎬\nbitter\t酷', hidden: 3 },
      journal: [['step', 600], ['set', 'rnn.weight_hh_l0', 3, -0.125], ['pin', 'forget', null]],
      typed: '<b>&', rival: 'gru', done: ['clip'],
    };
    const hash = encode(state);
    expect(hash).toMatch(/^[\w-]+$/);
    expect(decode(`#${hash}`)).toEqual(state);
  });

  it.each(['', '#', '#nonsense', '#e30', '#%%%', `#${btoa('null')}`, `#${btoa('{"settings":1,"journal":[]}')}`])(
    'that are none of ours are none: %s', (hash) => expect(decode(hash)).toBeNull());
});

describe('the curve', () => {
  it('leaves out what is no number and thins what is long', () => {
    expect(points([1, null, 3])).toEqual([[1, 1], [3, 3]]);
    const thinned = points(Array.from({ length: 1000 }, (_, i) => i), 100);
    expect(thinned.length).toBeLessThanOrEqual(102);
    expect(thinned[0]).toEqual([1, 0]);
    expect(thinned.at(-1)).toEqual([1000, 999]);
  });
});

describe('the plane', () => {
  const scores = [[0, 0, 0], [2, 0, 0]];

  it('says what the network would answer at a point', () => {
    expect(probabilitiesAt(scores, 0, 0)).toEqual([0.5, 0.5]);
    expect(probabilitiesAt(scores, 1, 9)[1]).toBeCloseTo(1 / (1 + Math.exp(-2)), 12);
    expect(probabilitiesAt([[0, 0, 0], [2000, 0, 0]], 1, 0)[1]).toBe(1);
  });

  it('names each region in its middle, and none that is not seen', () => {
    const [left, right] = middles(scores, 1);
    expect(left![0]).toBeCloseTo(-0.5, 1);
    expect(right![0]).toBeCloseTo(0.5, 1);
    expect(middles([[0, 0, 0], [0, 0, 5]], 1)[0]).toBeNull();
  });

  it('is as large as its points', () => {
    expect(reach([sentence('a', [[0, 0.5]])], 'Units')).toBeCloseTo(1.12, 12);
    expect(reach([sentence('a', [[0, -3]])], 'Units')).toBeCloseTo(3.36, 12);
    expect(reach([sentence('a', [[0, 0.5]])], 'PrincipalComponents')).toBeCloseTo(0.56, 12);
    expect(reach([sentence('a')], 'PrincipalComponents')).toBeCloseTo(1.12, 12);
  });

  it('names words once that sentences share', () => {
    const all = [sentence('The movie is good'), sentence('The movie is bad'), sentence('bad')];
    expect(all.map((_, i) => sharedWords(all, i))).toEqual([0, 3, 0]);
  });

  it('puts no name upon another and none outside', () => {
    const names = new Names(300);
    const placed = Array.from({ length: 5 }, () => names.place('movie', 150, 150));
    expect(new Set(placed.map(String)).size).toBe(5);
    const [x, y] = new Names(300).place('movie', 299, 2);
    expect(x).toBeLessThan(260);
    expect(y).toBeGreaterThanOrEqual(14);
  });
});

describe('sliders', () => {
  it.each([['ArrowUp', 1.1], ['ArrowLeft', 0.9], ['PageDown', 0], ['Home', 0], ['a', null]])('%s', (key, value) =>
    expect(afterKey(key, 1)).toBe(value));

  it('an eigenvalue goes where a real factor brings it', () => {
    expect(factorTo([0.5, 0], [1.5, 7])).toBe(3);
    expect(factorTo([0, 2], [0, 1])).toBe(0.5);
    expect(factorTo([0.5, 0], [-0.5, 0])).toBe(-1);
    expect(factorTo([0, 0], [1, 1])).toBe(1);
  });

  it('a learning rate has two digits', () => expect([-1, 0, -2.05].map(toRate)).toEqual([0.1, 1, 0.0089]));
});

describe('numbers', () => {
  it('a step back multiplies by the geometric mean', () => {
    expect(factorOfStep([1, 2, 4])).toBe(0.5);
    expect(factorOfStep([1])).toBeNull();
    expect(factorOfStep([null, 1])).toBeNull();
  });

  it('states are as far apart as they are', () => expect(distance([0, 3], [4, null])).toBe(5));

  it('a sentence is read again and again, as far as a page shows it', () => {
    expect(repeated('a  b', 3)).toBe('a b a b a b');
    expect(repeated('a b c d e', 16).split(' ')).toHaveLength(64);
    expect(shortened(' a  b ')).toBe(' a  b ');
    expect(shortened('a '.repeat(100)).split(' ')).toHaveLength(64);
  });

  it('who is ahead', () => {
    expect(race('rnn', 'gru', [0.5], [0.25, 0.1])).toBe('After 1 epoch: rnn 0.5000, gru 0.2500; gru is ahead.');
    expect(race('rnn', 'gru', [null], [1])).toContain('gru is ahead');
    expect(race('rnn', 'gru', [], [])).toContain('run to see');
  });

  it('scales', () => {
    expect(linear(0, 1, 0, 100).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    const log = logarithmic(1e-4, 1, 100, 0);
    expect(log.ticks).toEqual([1e-4, 1e-3, 1e-2, 0.1, 1]);
    expect(log(1e-2)).toBeCloseTo(50, 9);
  });
});
