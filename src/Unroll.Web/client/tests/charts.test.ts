import { describe, expect, it } from 'vitest';
import { axis, frame, legend, look } from '../src/charts/axes';
import { heatMap, isLight, range } from '../src/charts/heatMap';
import { table } from '../src/charts/lines';
import { crosses, pointOf, spreads } from '../src/charts/marks';
import { dark, light, seriesColour } from '../src/page/palette';

describe('the palette', () => {
  it.each([['light', light], ['dark', dark]])('%s has a colour for every series, however many', (_, colours) => {
    const many = Array.from({ length: 40 }, (__, i) => seriesColour(colours, i));
    expect(new Set(many).size).toBe(40);
    expect(many.slice(0, colours.series.length)).toEqual(colours.series);
  });

  it('has as many colours light as dark', () => {
    expect(dark.series).toHaveLength(light.series.length);
  });
});

describe('axes', () => {
  it('what is set more closely wins, and the rest stays', () => {
    expect(axis(light, 'epoch', 'value', { min: 1, axisLabel: { rotate: 60 } })).toMatchObject({
      name: 'epoch', type: 'value', min: 1, axisLabel: { rotate: 60, color: light.muted, hideOverlap: true },
    });
  });

  it('pop-ups are drawn, so that no text is read as HTML', () => {
    expect(frame(dark, 'loss')).toMatchObject({ tooltip: { renderMode: 'richText' }, color: dark.series });
  });

  it('one series needs no legend', () => {
    expect([legend(light, ['a']), legend(light, ['a', 'b'])]).toMatchObject([{ show: false }, { show: true, data: ['a', 'b'] }]);
  });

  it('neighbouring series differ in dash and mark', () => {
    const looks = [0, 1, 2, 3].map((i) => look(i, 10) as { symbol: string; lineStyle: { type: unknown } });
    expect(new Set(looks.map((one) => one.symbol)).size).toBe(4);
    expect(new Set(looks.map((one) => JSON.stringify(one.lineStyle.type))).size).toBe(4);
  });
});

it('lines as a table have a row for each x, and a gap where a line has none', () => {
  expect(table({ title: 'Loss', xName: 'epoch' }, [
    { name: 'a', points: [[2, 0.5], [1, 1]] },
    { name: 'b', points: [[3, 7]] },
  ])).toEqual({
    caption: 'Loss',
    columns: ['epoch', 'a', 'b'],
    rows: [['1', 1, undefined], ['2', 0.5, undefined], ['3', undefined, 7]],
  });
});

it('where a run failed the table says so', () => {
  expect(table({ title: 'Loss', xName: 'radius' }, [{ name: 'a', points: [[1, 2]], failed: [3] }]).rows)
    .toEqual([['1', 2], ['3', 'broke']]);
});

it('crosses of what failed at one place stand side by side', () => {
  const drawn = crosses([
    { name: 'a', points: [], failed: [1, 2] }, { name: 'b', points: [[3, 5]] }, { name: 'c', points: [], failed: [2, 3] },
    { name: 'd', points: [], failed: [3] },
  ], 100, light) as { name: string; data: unknown[] }[];
  expect(drawn.map(({ name }) => name)).toEqual(['a', 'c', 'd']);
  expect(drawn[0]!.data).toEqual([[1, 100], [2, 100]]);
  expect(drawn[1]!.data).toMatchObject([{ value: [2, 100], symbolOffset: [12, 0] }, [3, 100]]);
  expect(drawn[2]!.data).toMatchObject([{ value: [3, 100], symbolOffset: [-12, 0] }]);
});

it('a mean of fewer seeds than the others says how many beside its point', () => {
  expect(pointOf([1, 5], { name: 'a', points: [], sparse: [[1, '2 of 5']] }, light))
    .toMatchObject({ value: [1, 5], label: { show: true, formatter: '2 of 5' } });
  expect(pointOf([2, 5], { name: 'a', points: [], sparse: [[1, '2 of 5']] }, light)).toEqual([2, 5]);
});

it('least and most are upright lines with gaps between them, down to the foot where the least is zero', () => {
  const [drawn] = spreads([{ name: 'a', points: [[1, 2], [2, 3]], spread: [[1, 0, 4], [2, 3, 3]] }], 0.1, light) as
    { data: unknown }[];
  expect(drawn!.data).toEqual([[1, 0.1], [1, 4], [1, null]]);
  expect(spreads([{ name: 'a', points: [[1, 2]] }], undefined, light)).toEqual([]);
});

describe('heat maps', () => {
  it('write black on light cells and white on dark ones, in both themes', () => {
    expect([0, 0.5, 1].map((share) => isLight(light.diverging, share))).toEqual([false, true, false]);
    expect([0, 0.5, 1].map((share) => isLight(dark.diverging, share))).toEqual([true, false, true]);
    expect([0, 0.5, 1].map((share) => isLight(light.sequential, share))).toEqual([false, false, true]);
  });

  it('two colours meet at zero', () => {
    expect(range([-1, 3], 'diverging')).toEqual([-3, 3]);
    expect(range([-1, 3], 'sequential')).toEqual([-1, 3]);
    expect(range([0, 0], 'diverging')).toEqual([-1, 1]);
  });

  it('a logarithmic scale leaves out what has no logarithm', () => {
    const { series } = heatMap({
      xName: 'x', x: ['0', '1', '2'], yName: 'y', y: ['a'], values: [[100, 0, null]], scale: 'logarithmic',
    }, light) as { series: [{ data: unknown }] };
    expect(series[0].data).toEqual([[0, 0, 2]]);
  });

  it('counts travel with the cells', () => {
    const { series } = heatMap({
      xName: 'x', x: ['0', '1'], yName: 'y', y: ['a'], values: [[0.25, 0.75]], counts: [[1, 3]], scale: 'sequential',
    }, light) as { series: [{ data: unknown }] };
    expect(series[0].data).toEqual([{ value: [0, 0, 0.25], count: 1 }, { value: [1, 0, 0.75], count: 3 }]);
  });
});
