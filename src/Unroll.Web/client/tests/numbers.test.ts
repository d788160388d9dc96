import { describe, expect, it } from 'vitest';
import { format, percent, power, shorten, signed } from '../src/page/numbers';

describe('format', () => {
  it.each([
    [null, '–'],
    [undefined, '–'],
    [NaN, 'NaN'],
    [0, '0'],
    [1234567, '1,234,567'],
    [1234.6, '1,235'],
    [123.45, '123.5'],
    [12.345, '12.35'],
    [-0.98765, '-0.9877'],
    [0.00012345, '1.23 e−4'],
  ])('%s is written %s', (value, text) => {
    expect(format(value)).toBe(text);
  });
});

describe('signed', () => {
  it.each([
    [1.5, '+1.50'], [-1.5, '−1.50'], [0.001, '0.00'], [-0.001, '0.00'], [null, '–'],
  ])('%s is written %s', (value, text) => {
    expect(signed(value)).toBe(text);
  });
});

describe('power', () => {
  it.each([[0, '0'], [0.01, '0.01'], [0.001, '1e−3'], [10000, '1e4'], [123.456, '123']])('%s is written %s', (value, text) => {
    expect(power(value)).toBe(text);
  });
});

it('shares are written as percent', () => {
  expect([percent(0.1234), percent(0.1234, 0), percent(null)]).toEqual(['12.3 %', '12 %', '–']);
});

it('texts are shortened between characters', () => {
  expect(shorten('abcdef', 6)).toBe('abcdef');
  expect(shorten('abcdefg', 6)).toBe('abcde…');
  expect(shorten('🎬🎬🎬', 2)).toBe('🎬…');
});
