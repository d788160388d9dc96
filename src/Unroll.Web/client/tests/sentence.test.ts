import { describe, expect, it } from 'vitest';
import { attributionCards, termsLine } from '../src/sentence/attribution';
import { boundaryLine, extent } from '../src/sentence/boundary';
import { headsByLayer, headsPart } from '../src/sentence/heads';
import { axisNames } from '../src/sentence/path';
import { mostProbable } from '../src/sentence/prefix';
import { modelName } from '../src/sentence/sentenceTab';
import { stateMaps } from '../src/sentence/states';
import { numbered } from '../src/sentence/wordAxis';
import { inventedSentence } from './samples';

const [states] = inventedSentence.states;

describe('a cell that nobody has heard of', () => {
  it('shows its gates by their names, in their order', () => {
    expect(stateMaps(inventedSentence.model.gates, states!).map((map) => [map.id, map.title])).toEqual([
      ['hidden', 'Hidden state'], ['gate-leak', 'Gate “leak”'], ['gate-2', 'Gate “2”'], ['gate-new_thing', 'Gate “new thing”'],
    ]);
  });

  it('has colours by its numbers: 0 to 1 for shares, both sides of zero, or whatever there is', () => {
    expect(stateMaps(inventedSentence.model.gates, states!).map((map) => [map.scale, map.range])).toEqual([
      ['diverging', undefined], ['sequential', [0, 1]], ['sequential', undefined], ['diverging', undefined],
    ]);
  });

  it('may have a cell state, and no gates at all', () => {
    const cell = [[1], [2]];
    expect(stateMaps([], { layer: 0, direction: 'forward', hidden: [[0.1], [0.2]], cell }).map((map) => map.id))
      .toEqual(['hidden', 'cell']);
  });

  it('is called by its name', () => {
    expect(modelName(inventedSentence.model)).toBe('ZIGZAG');
    expect(modelName({ cell: 'zigzag', layers: 2, directions: 2 })).toBe('2 × ZIGZAG, both directions');
  });
});

describe('the heads of a Transformer', () => {
  const head = (layer: number, number: number) => ({ layer, head: number, weights: [[1, 0], [0.25, 0.75]] });
  const heads = [head(0, 0), head(0, 1), head(1, 0), head(1, 1)];

  it('stand by layer, the top one first', () => {
    expect(headsByLayer(heads).map((layer) => layer.map((one) => [one.layer, one.head]))).toEqual([
      [[1, 0], [1, 1]], [[0, 0], [0, 1]],
    ]);
  });

  it('have a map each, and other models have none', () => {
    expect(headsPart(inventedSentence)).toBeNull();
    const part = headsPart({ ...inventedSentence, heads });
    expect([...part!.querySelectorAll('h3')].map((title) => title.textContent)).toEqual([
      'Layer 2, head 1: what each word reads', 'Layer 2, head 2: what each word reads',
    ]);
    expect(modelName({ cell: 'transformer', layers: 2, directions: 1 })).toBe('2 × Transformer');
  });
});

it('the most probable labels stand in the order of the classes', () => {
  expect(mostProbable(['a', 'b', 'c', 'd'], [0.1, 0.5, 0.1, 0.3], 2)).toEqual([{ label: 'b', c: 1 }, { label: 'd', c: 3 }]);
});

it('axes are units, or principal components with their share', () => {
  expect(axisNames({ axes: 'units', explained: [1, 0] })).toEqual(['unit 1', 'unit 2']);
  expect(axisNames({ axes: 'principal components', explained: [0.75, 0.2] })).toEqual([
    'principal component 1 (75 % of the variance)', 'principal component 2 (20 % of the variance)',
  ]);
});

it('words are numbered, for one may come twice', () => {
  expect(numbered(['so', 'so'])).toEqual(['1 so', '2 so']);
});

describe('a linear part', () => {
  const sentence = {
    ...inventedSentence,
    attribution: { ...inventedSentence.attribution, linear: [0.5, -0.25] },
    linear: { share: 0.5, bias: 0.1, terms: [{ term: 'good', value: 0.5 }, { term: ' ▁fi', value: -0.25 }] },
  };

  it('has a card with what each word adds and the strongest terms', () => {
    expect(termsLine(sentence)).toBe('“good” +0.50, “ ▁fi” \u22120.25');
    const cards = attributionCards(sentence);
    expect(cards.map((card) => card.querySelector('h3')?.textContent)).toEqual([
      'Gradient × input', 'Leaving a word out', 'Linear part',
    ]);
    expect([...cards[2]!.querySelectorAll('li')].map((word) => word.textContent)).toEqual(['good+0.50', 'film\u22120.25']);
    expect(cards[2]!.querySelector('#linear-terms')?.textContent).toBe(`Strongest terms: ${termsLine(sentence)}`);
  });

  it('has no card where there is none', () => {
    expect(attributionCards(inventedSentence).map((card) => card.querySelector('h3')?.textContent)).toEqual([
      'Gradient × input', 'Leaving a word out',
    ]);
  });
});

describe('the decision boundary', () => {
  const square = { low: -1, high: 1 };

  it('goes from edge to edge', () => {
    expect(boundaryLine({ a: 1, b: 0, c: 0 }, square, square)).toEqual([[-0, -1], [-0, 1]]);
    expect(boundaryLine({ a: 1, b: 1, c: 0 }, square, square)).toEqual([[-1, 1], [1, -1]]);
  });

  it('is not there where it passes the rectangle by', () => {
    expect(boundaryLine({ a: 1, b: 0, c: 5 }, square, square)).toBeNull();
  });

  it('has room around the points, around one alone too', () => {
    expect(extent([[0, 1], [10, 1]], 0)).toEqual({ low: -1.5, high: 11.5 });
    expect(extent([[0, 1]], 1)).toEqual({ low: 0.5, high: 1.5 });
  });
});
