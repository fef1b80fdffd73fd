/**
 * Keyboard layouts: which character each key of the main block gives, plain, with Shift, and with AltGr. A space is a key that
 * gives nothing there. A dead key is written as the combining mark it adds (Unicode block 0300-036F), so that the canonical
 * decomposition of a letter (UAX 15, NFD) says which two keys type it. After the layouts of xkeyboard-config.
 */
import type { Settings } from '../../core/contract/settings.ts';

export type LayoutId = Settings['guestLayout'];

/** Keys of the main block by position (W3C UI Events code values), row by row from the upper left. */
export const CODES: readonly string[] = [
  ...['Backquote', ...Array.from('1234567890', (digit) => `Digit${digit}`), 'Minus', 'Equal'],
  ...[...Array.from('QWERTYUIOP', (letter) => `Key${letter}`), 'BracketLeft', 'BracketRight'],
  ...[...Array.from('ASDFGHJKL', (letter) => `Key${letter}`), 'Semicolon', 'Quote', 'Backslash'],
  ...['IntlBackslash', ...Array.from('ZXCVBNM', (letter) => `Key${letter}`), 'Comma', 'Period', 'Slash'],
];

export interface Layout {
  readonly id: LayoutId;
  readonly name: string;
  /** One string per row of keys. */
  readonly plain: readonly string[];
  readonly shift: readonly string[];
  readonly altGr: readonly string[];
}

const GRAVE = '\u0300';
const ACUTE = '\u0301';
const CIRCUMFLEX = '\u0302';
const TILDE = '\u0303';
const DIAERESIS = '\u0308';

/** What a dead key gives when a space follows. */
export const SPACING: Readonly<Record<string, string>> = {
  '`': GRAVE,
  '´': ACUTE,
  '^': CIRCUMFLEX,
  '~': TILDE,
  '¨': DIAERESIS,
};

export const LAYOUTS: readonly Layout[] = [
  {
    id: 'us',
    name: 'English (US)',
    plain: ['`1234567890-=', 'qwertyuiop[]', "asdfghjkl;'\\", ' zxcvbnm,./'],
    shift: ['~!@#$%^&*()_+', 'QWERTYUIOP{}', 'ASDFGHJKL:"|', ' ZXCVBNM<>?'],
    altGr: [],
  },
  {
    id: 'gb',
    name: 'English (UK)',
    plain: ['`1234567890-=', 'qwertyuiop[]', "asdfghjkl;'#", '\\zxcvbnm,./'],
    shift: ['¬!"£$%^&*()_+', 'QWERTYUIOP{}', 'ASDFGHJKL:@~', '|ZXCVBNM<>?'],
    altGr: ['¦   €        ', '', '', ''],
  },
  {
    id: 'de',
    name: 'German',
    plain: [`${CIRCUMFLEX}1234567890ß${ACUTE}`, 'qwertzuiopü+', 'asdfghjklöä#', '<yxcvbnm,.-'],
    shift: [`°!"§$%&/()=?${GRAVE}`, 'QWERTZUIOPÜ*', "ASDFGHJKLÖÄ'", '>YXCVBNM;:_'],
    altGr: ['  ²³   {[]}\\ ', '@ €        ~', '', '|      µ   '],
  },
  {
    id: 'fr',
    name: 'French',
    plain: ['²&é"\'(-è_çà)=', `azertyuiop${CIRCUMFLEX}$`, 'qsdfghjklmù*', '<wxcvbn,;:!'],
    shift: [' 1234567890°+', `AZERTYUIOP${DIAERESIS}£`, 'QSDFGHJKLM%µ', '>WXCVBN?./§'],
    altGr: ['  ~#{[|`\\^@]}', '  €        ¤', '', ''],
  },
  {
    id: 'es',
    name: 'Spanish',
    plain: ["º1234567890'¡", `qwertyuiop${GRAVE}+`, `asdfghjklñ${ACUTE}ç`, '<zxcvbnm,.-'],
    shift: ['ª!"·$%&/()=?¿', `QWERTYUIOP${CIRCUMFLEX}*`, `ASDFGHJKLÑ${DIAERESIS}Ç`, '>ZXCVBNM;:_'],
    altGr: ['\\|@#~ ¬      ', '  €       []', '          {}', ''],
  },
  {
    id: 'it',
    name: 'Italian',
    plain: ["\\1234567890'ì", 'qwertyuiopè+', 'asdfghjklòàù', '<zxcvbnm,.-'],
    shift: ['|!"£$%&/()=?^', 'QWERTYUIOPé*', 'ASDFGHJKLç°§', '>ZXCVBNM;:_'],
    altGr: ['       {[]}`~', '  €       []', '         @# ', ''],
  },
  {
    id: 'se',
    name: 'Swedish',
    plain: [`§1234567890+${ACUTE}`, `qwertyuiopå${DIAERESIS}`, "asdfghjklöä'", '<zxcvbnm,.-'],
    shift: [`½!"#¤%&/()=?${GRAVE}`, `QWERTYUIOPÅ${CIRCUMFLEX}`, 'ASDFGHJKLÖÄ*', '>ZXCVBNM;:_'],
    altGr: ['  @£$€ {[]}\\ ', `  €        ${TILDE}`, '', '|      µ   '],
  },
];
