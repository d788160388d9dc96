import { dark, light, type Palette } from './palette';
import { element } from './element';

const listeners = new Set<() => void>();
const system = matchMedia('(prefers-color-scheme: dark)');
let chosen: 'light' | 'dark' | null = remembered();

export const isDark = (): boolean => (chosen === null ? system.matches : chosen === 'dark');

export const palette = (): Palette => (isDark() ? dark : light);

/** Calls back whenever the page turns light or dark, until what is returned is called. */
export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The button that switches between light and dark, until then the system's choice. */
export function themeButton(): HTMLElement {
  const button = element('button', { type: 'button', id: 'theme', click: () => choose(isDark() ? 'light' : 'dark') });
  onTheme(() => {
    button.textContent = isDark() ? 'Light' : 'Dark';
  });
  system.addEventListener('change', apply);
  apply();
  return button;
}

function choose(theme: 'light' | 'dark'): void {
  chosen = theme;
  try {
    localStorage.setItem('unroll-theme', theme);
  } catch {
    // Pages opened from disk may have no storage; the choice then holds until the page is closed.
  }
  apply();
}

function apply(): void {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
  for (const listener of listeners) listener();
}

function remembered(): 'light' | 'dark' | null {
  try {
    const stored = localStorage.getItem('unroll-theme');
    return stored === 'light' || stored === 'dark' ? stored : null;
  } catch {
    return null;
  }
}
