/** Entry of the window. */
import '@fontsource-variable/ibm-plex-sans/wght.css';
import '@fontsource/ibm-plex-mono/latin-400.css';
import '@fontsource/ibm-plex-mono/latin-600.css';
import './theme/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startFleet } from './desk/fleet.ts';
import { startGauges } from './desk/gauges.ts';
import { startSettings } from './desk/settings.ts';
import { Look } from './theme/look.tsx';
import { giveStylesTheNonce } from './theme/nonce.ts';

giveStylesTheNonce();
const root = document.getElementById('root');
if (root !== null) {
  await startSettings();
  createRoot(root).render(
    <Look>
      <App />
    </Look>,
  );
  await startFleet();
  startGauges();
}
