/** Which look the window has: from the preferences and the system, as MUI theme and as CSS variables. */
import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import { ThemeProvider } from '@mui/material/styles';
import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react';
import { useSettings } from '../desk/settings.ts';
import { nonce } from './nonce.ts';
import { themeOf } from './theme.ts';
import { asVariables, DARK, LIGHT } from './tokens.ts';

const cache = createCache({ key: 'b', nonce });
const system = window.matchMedia('(prefers-color-scheme: dark)');

function useSystemDark(): boolean {
  return useSyncExternalStore(
    (changed) => {
      system.addEventListener('change', changed);
      return () => system.removeEventListener('change', changed);
    },
    () => system.matches,
  );
}

export function useDark(): boolean {
  const systemDark = useSystemDark();
  const { theme } = useSettings();
  return theme === 'system' ? systemDark : theme === 'dark';
}

export function Look({ children }: { children: ReactNode }): ReactNode {
  const dark = useDark();
  const { reduceMotion } = useSettings();
  const theme = useMemo(() => themeOf(dark ? 'dark' : 'light', reduceMotion), [dark, reduceMotion]);
  useEffect(() => {
    const root = document.documentElement;
    for (const [name, value] of Object.entries(asVariables(dark ? DARK : LIGHT))) root.style.setProperty(name, value);
    root.dataset.theme = dark ? 'dark' : 'light';
    root.dataset.still = String(reduceMotion);
    root.style.colorScheme = dark ? 'dark' : 'light';
  }, [dark, reduceMotion]);
  return (
    <CacheProvider value={cache}>
      <ThemeProvider theme={theme}>{children}</ThemeProvider>
    </CacheProvider>
  );
}
