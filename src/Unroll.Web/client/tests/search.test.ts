import { describe, expect, it } from 'vitest';
import { lastOf, ranked, rungOf, type SearchTrial } from '../src/search/data';

const trial = (number: number, ...scores: (number | null)[]): SearchTrial => ({
  trial: number,
  settings: {},
  results: scores.map((score, rung) => ({ rung, epochs: 3 ** rung, score, minute: 1, seconds: 1 })),
  curve: [],
});

describe('trials of a search', () => {
  it('stand by how far they came, then by what they reached, then by their number', () => {
    const trials = [trial(0, 0.9), trial(1, 0.5, 0.4), trial(2), trial(3, null), trial(4, 0.5, 0.6), trial(5, 0.9)];
    expect(ranked(trials).map((each) => each.trial)).toEqual([4, 1, 0, 5, 3, 2]);
  });

  it('have come to the highest rung that they ended', () => {
    expect(rungOf(trial(1, 0.5, 0.4))).toBe(1);
    expect(lastOf(trial(1, 0.5, 0.4))?.score).toBe(0.4);
    expect(rungOf(trial(2))).toBe(-1);
    expect(lastOf(trial(2))).toBeUndefined();
  });
});
