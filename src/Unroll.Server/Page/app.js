// The page of the server: a text goes to every model, and what comes back is drawn.
'use strict';

const text = document.getElementById('text');
const key = document.getElementById('key');
const message = document.getElementById('message');
const cards = new Map();
let models = [];
let waiting = 0;
let running = null;

function element(name, attributes = {}, ...children) {
  const space = ['svg', 'rect', 'text', 'title', 'g'].includes(name) ? 'http://www.w3.org/2000/svg' : 'http://www.w3.org/1999/xhtml';
  const made = document.createElementNS(space, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

async function call(path, body, signal) {
  const headers = { 'Content-Type': 'application/json' };
  if (key.value) headers.Authorization = `Bearer ${key.value}`;
  const answer = await fetch(path, body === undefined ? { headers, signal } : { method: 'POST', headers, signal, body: JSON.stringify(body) });
  const read = await answer.json();
  if (answer.status === 401) askForKey();
  if (!answer.ok) throw new Error(typeof read.error === 'string' ? read.error : read.error.message);
  return read;
}

function askForKey() {
  key.hidden = false;
  document.getElementById('key-label').hidden = false;
}

async function start() {
  try {
    models = (await call('/v1/models')).data.map(model => model.id);
  } catch (failure) {
    message.textContent = failure.message;
    return;
  }
  message.textContent = '';
  const section = document.getElementById('models');
  section.replaceChildren();
  for (const name of models) {
    const body = element('div');
    const card = element('article', {}, element('h2', {}, name), body);
    cards.set(name, { body, tab: 'words' });
    section.append(card);
  }
  changed();
}

function changed() {
  clearTimeout(waiting);
  waiting = setTimeout(explain, 120);
}

async function explain() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const asked = text.value;
  if (!asked.trim()) {
    for (const { body } of cards.values()) body.replaceChildren(element('p', { class: 'legend' }, 'No words yet.'));
    return;
  }
  await Promise.all(models.map(async name => {
    try {
      draw(name, await call(`/v2/models/${encodeURIComponent(name)}/explain`, { text: asked }, signal));
      message.textContent = '';
    } catch (failure) {
      if (failure.name !== 'AbortError') message.textContent = `${name}: ${failure.message}`;
    }
  }));
}

function draw(name, data) {
  const card = cards.get(name);
  const answer = element('p', { class: 'answer' }, `${data.label}  ${percent(data.probability)}`);
  const tabs = { words: words(data), state: states(data), gates: gates(data) };
  if (!tabs.gates) delete tabs.gates;
  if (!(card.tab in tabs)) card.tab = 'words';
  const list = element('div', { role: 'tablist' });
  const panel = element('div', { role: 'tabpanel', tabindex: '0' });
  const show = chosen => {
    card.tab = chosen;
    for (const tab of list.children) {
      tab.setAttribute('aria-selected', tab.dataset.name === chosen);
      tab.setAttribute('tabindex', tab.dataset.name === chosen ? '0' : '-1');
    }
    panel.replaceChildren(tabs[chosen]);
  };
  for (const tab of Object.keys(tabs)) {
    const button = element('button', { role: 'tab', type: 'button' }, tab);
    button.dataset.name = tab;
    button.addEventListener('click', () => show(tab));
    button.addEventListener('keydown', event => {
      const names = Object.keys(tabs);
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      show(names[(names.indexOf(tab) + step + names.length) % names.length]);
      list.querySelector('[aria-selected=true]').focus();
    });
    list.append(button);
  }
  card.body.replaceChildren(answer, bars(data.probabilities), list, panel);
  show(card.tab);
}

function bars(probabilities) {
  const all = Object.entries(probabilities).sort((a, b) => b[1] - a[1]).slice(0, 8);
  const grid = element('div', { class: 'bars' });
  for (const [label, probability] of all) {
    const bar = element('svg', { viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      element('rect', { class: 'track', width: 100, height: 8 }), element('rect', { class: 'bar', width: 100 * probability, height: 8 }));
    grid.append(element('span', {}, label), bar, element('span', { class: 'number' }, percent(probability)));
  }
  return grid;
}

// After each word: the answer so far, and what leaving the word out would do.
function words(data) {
  const labels = Object.keys(data.probabilities);
  const rows = data.tokens.map((token, t) => {
    const row = data.prefix[t];
    const best = row.indexOf(Math.max(...row));
    return element('tr', {}, element('td', {}, token), element('td', {}, labels[best]), element('td', {}, percent(row[best])),
      element('td', {}, signed(data.attribution.leave_one_out[t])));
  });
  const head = element('tr', {}, ...['word', 'answer so far', '', 'what leaving it out takes away'].map(title => element('th', {}, title)));
  return element('div', { class: 'scroll' }, element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows)));
}

// The top layer that reads forward: its row t is the state after word t.
const topLayer = data => data.states.findLast(layer => layer.direction === 'forward');

function states(data) {
  const layer = topLayer(data);
  if (!layer) return element('p', { class: 'legend' }, 'This model has no hidden state.');
  return heat(data.tokens, layer.hidden, 'the hidden state after each word, a column a unit');
}

function gates(data) {
  const layer = topLayer(data);
  if (!layer?.gates) return null;
  const box = element('div');
  for (const [gate, rows] of Object.entries(layer.gates)) box.append(heat(data.tokens, rows, gate));
  return box;
}

function heat(tokens, rows, title) {
  const units = Math.min(rows[0].length, 64);
  const most = Math.max(1e-9, ...rows.flat().map(Math.abs));
  const picture = element('svg', { class: 'heat', width: 120 + units * 9, height: tokens.length * 16, role: 'img', 'aria-label': title });
  rows.forEach((row, t) => {
    picture.append(element('text', { x: 0, y: t * 16 + 12 }, tokens[t].slice(0, 16)));
    row.slice(0, units).forEach((value, u) => {
      const color = value < 0 ? '#d9822b' : '#2f7bd9';
      picture.append(element('rect', { x: 120 + u * 9, y: t * 16 + 1, width: 8, height: 14, fill: color, 'fill-opacity': Math.abs(value) / most },
        element('title', {}, `${tokens[t]}, unit ${u}: ${value.toFixed(3)}`)));
    });
  });
  const shown = rows[0].length > units ? ` (the first ${units} of ${rows[0].length})` : '';
  return element('div', { class: 'scroll' },
    element('p', { class: 'legend' }, `${title}${shown}; blue above 0, orange below, largest ${most.toFixed(2)}`), picture);
}

const percent = value => `${(100 * value).toFixed(1)} %`;
const signed = value => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

text.addEventListener('input', changed);
key.addEventListener('change', start);
document.getElementById('form').addEventListener('submit', event => event.preventDefault());
start();
