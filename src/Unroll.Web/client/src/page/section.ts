import { element, type Child } from './element';

/** A part of a tab with its heading. */
export const section = (title: string, ...content: Child[]): HTMLElement =>
  element('section', {}, element('h2', {}, title), ...content);

/** Charts beside each other where there is room. */
export const grid = (...content: Child[]): HTMLElement => element('div', { class: 'grid' }, ...content);

/** A card without a chart. */
export const card = (title: string, ...content: Child[]): HTMLElement =>
  element('div', { class: 'card' }, element('h3', {}, title), ...content);

/** What is missing, and how to get it. */
export const missing = (text: string): HTMLElement => element('p', { class: 'missing' }, text);

/** Numbers with their names. */
export const figures = (entries: [string, string][]): HTMLElement =>
  element('dl', { class: 'figures' }, ...entries.map(([name, value]) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, element('bdi', {}, value)))));
