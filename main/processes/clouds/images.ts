/** Images machines start from: the default one that is prepared by itself, and those a person brings. */
import type { Answer, Request } from '../../../core/contract/calls.ts';
import { refuse } from '../world/answers.ts';
import type { Works } from '../world/works.ts';

type ImageCall = 'image.list' | 'image.prepare' | 'image.import' | 'image.remove';
type ImageCalls = { [N in ImageCall]: (request: Request<N>) => Answer<N> | Promise<Answer<N>> };

export function imageCalls(_dataFolder: string, _works: Works): ImageCalls {
  return {
    'image.list': () => [],
    'image.prepare': () => refuse('no-image'),
    'image.import': () => refuse('no-image'),
    'image.remove': () => refuse('no-image'),
  };
}
