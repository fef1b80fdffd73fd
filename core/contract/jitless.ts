/** Tells zod not to compile its checks: the windows' content policy forbids evaluated code. To be imported before the first schema. */
import { config } from 'zod';

config({ jitless: true });
