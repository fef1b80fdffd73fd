/** The MUI theme made from the tokens: dense, quiet, with visible focus. */
import { createTheme, type Theme } from '@mui/material/styles';
import { DARK, LIGHT, type Tokens } from './tokens.ts';

const SANS = '"IBM Plex Sans Variable", "IBM Plex Sans", system-ui, sans-serif';

export function themeOf(mode: 'light' | 'dark', still: boolean): Theme {
  const t: Tokens = mode === 'dark' ? DARK : LIGHT;
  return createTheme({
    palette: {
      mode,
      primary: { main: t.accent, contrastText: t.onAccent },
      error: { main: t.failed, contrastText: mode === 'dark' ? '#1b0f0d' : '#ffffff' },
      warning: { main: t.paused },
      success: { main: t.running },
      background: { default: t.paper, paper: t.surface },
      text: { primary: t.ink, secondary: t.ink2, disabled: t.ink3 },
      divider: t.line,
    },
    shape: { borderRadius: 6 },
    typography: {
      fontFamily: SANS,
      fontSize: 13,
      body1: { fontSize: 13, lineHeight: 1.45 },
      body2: { fontSize: 12, lineHeight: 1.4 },
      button: { textTransform: 'none', fontWeight: 550, fontSize: 13, letterSpacing: 0 },
      h1: { fontSize: 20, fontWeight: 600, letterSpacing: '-0.01em' },
      h2: { fontSize: 15, fontWeight: 600 },
      h3: { fontSize: 13, fontWeight: 600 },
      caption: { fontSize: 11.5 },
    },
    ...(still ? { transitions: { create: () => 'none' } } : {}),
    components: {
      MuiButtonBase: { defaultProps: { disableRipple: true } },
      MuiButton: {
        defaultProps: { disableElevation: true, size: 'small' },
        styleOverrides: {
          root: {
            minHeight: 30,
            padding: '3px 12px',
            whiteSpace: 'nowrap',
            '&.Mui-focusVisible': { outline: `2px solid ${t.accent}`, outlineOffset: 1 },
            '&.Mui-disabled': { color: t.ink3 },
          },
          outlined: { borderColor: t.lineStrong, color: t.ink, '&:hover': { borderColor: t.ink3, background: t.sunk } },
          text: ({ ownerState }) =>
            ownerState.color === 'error'
              ? { '&:hover': { background: t.failedSoft } }
              : { color: t.ink2, '&:hover': { background: t.sunk, color: t.ink } },
        },
      },
      MuiIconButton: {
        defaultProps: { size: 'small' },
        styleOverrides: {
          root: {
            color: t.ink2,
            borderRadius: 6,
            '&:hover': { background: t.sunk, color: t.ink },
            '&.Mui-focusVisible': { outline: `2px solid ${t.accent}` },
          },
        },
      },
      MuiSvgIcon: { defaultProps: { fontSize: 'small' }, styleOverrides: { fontSizeSmall: { fontSize: 18 } } },
      MuiPaper: {
        styleOverrides: {
          root: { backgroundImage: 'none' },
          elevation8: { boxShadow: t.shadow, border: `1px solid ${t.line}`, background: t.raised },
        },
      },
      MuiDialog: {
        defaultProps: { transitionDuration: still ? 0 : 120 },
        styleOverrides: { paper: { boxShadow: t.shadow, border: `1px solid ${t.line}`, background: t.raised } },
      },
      MuiDialogTitle: { styleOverrides: { root: { fontSize: 15, fontWeight: 600, padding: '16px 20px 8px' } } },
      MuiDialogContent: { styleOverrides: { root: { padding: '8px 20px 12px' } } },
      MuiDialogActions: { styleOverrides: { root: { padding: '8px 20px 16px' } } },
      MuiMenu: { defaultProps: { transitionDuration: still ? 0 : 100 } },
      MuiMenuItem: { defaultProps: { dense: true }, styleOverrides: { root: { fontSize: 13, minHeight: 30, gap: 8 } } },
      MuiTooltip: {
        defaultProps: { enterDelay: 350, describeChild: true },
        styleOverrides: {
          tooltip: {
            background: mode === 'dark' ? '#34393f' : '#26292e',
            color: '#f3f1ed',
            fontSize: 12,
            padding: '6px 9px',
            maxWidth: 320,
            lineHeight: 1.4,
          },
        },
      },
      MuiTextField: { defaultProps: { size: 'small', fullWidth: true } },
      MuiOutlinedInput: {
        styleOverrides: {
          root: {
            fontSize: 13,
            background: t.surface,
            '& .MuiOutlinedInput-notchedOutline': { borderColor: t.lineStrong },
            '&:hover .MuiOutlinedInput-notchedOutline': { borderColor: t.ink3 },
          },
          multiline: { padding: '6px 10px', '& .MuiOutlinedInput-input': { padding: 0 } },
          input: { padding: '6px 10px', height: 18, '&::placeholder': { color: t.ink3, opacity: 1 } },
        },
      },
      // Where the text of a field stands, until something stands there.
      MuiInputLabel: {
        styleOverrides: {
          root: { fontSize: 13 },
          outlined: { '&:not(.MuiInputLabel-shrink)': { transform: 'translate(10px, 5px)' } },
        },
      },
      MuiFormControlLabel: { styleOverrides: { root: { marginLeft: -4 }, label: { fontSize: 13, marginLeft: 4 } } },
      MuiFormHelperText: { styleOverrides: { root: { margin: '3px 0 0', fontSize: 11.5, color: t.ink3 } } },
      MuiCheckbox: { defaultProps: { size: 'small' }, styleOverrides: { root: { padding: 4, color: t.ink3 } } },
      MuiRadio: { defaultProps: { size: 'small' }, styleOverrides: { root: { padding: 4, color: t.ink3 } } },
      MuiSwitch: { defaultProps: { size: 'small' } },
      MuiSlider: { defaultProps: { size: 'small' }, styleOverrides: { valueLabel: { fontSize: 11 } } },
      MuiTabs: { styleOverrides: { root: { minHeight: 34 }, indicator: { height: 2 } } },
      MuiTab: {
        styleOverrides: {
          root: {
            minHeight: 34,
            padding: '4px 12px',
            minWidth: 0,
            fontSize: 13,
            fontWeight: 500,
            color: t.ink2,
            '&.Mui-focusVisible': { outline: `2px solid ${t.accent}`, outlineOffset: -2 },
          },
        },
      },
      MuiChip: { styleOverrides: { root: { height: 20, fontSize: 11.5, borderRadius: 4 }, label: { padding: '0 7px' } } },
      MuiLinearProgress: { styleOverrides: { root: { height: 4, borderRadius: 2, background: t.sunk } } },
      MuiAlert: { styleOverrides: { root: { fontSize: 13, padding: '4px 12px' } } },
      MuiToggleButton: {
        styleOverrides: {
          root: {
            textTransform: 'none',
            padding: '2px 10px',
            fontSize: 12,
            minHeight: 28,
            borderColor: t.lineStrong,
            color: t.ink2,
            '&.Mui-selected': { background: t.accentSoft, color: t.accentInk },
          },
        },
      },
    },
  });
}
