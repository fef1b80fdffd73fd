/** Importing price lists as tasks: read in a stream, with progress; what could not be used is kept for the report. */
import { statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { FORMATS, importPrices, listIdFrom } from '../../../core/cloud/import/detect.ts';
import type { Answer, Request } from '../../../core/contract/calls.ts';
import type { PriceReport } from '../../../core/contract/calls-clouds.ts';
import { fileRefusal, textPieces } from '../../../core/host/files.ts';
import type { Edge } from '../../../core/service/edge.ts';
import { refuse } from '../../../core/service/refuse.ts';
import type { Works } from '../../../core/service/works.ts';
import type { PriceLists } from './price-lists.ts';

type PriceCall = 'prices.import' | 'prices.report' | 'prices.remove';
type PriceCalls = { [N in PriceCall]: (request: Request<N>) => Answer<N> | Promise<Answer<N>> };

/** Reports that are remembered. */
const REPORTS = 20;

export function priceCalls(lists: PriceLists, works: Works, edge: Edge): PriceCalls {
  const reports = new Map<string, PriceReport>();
  const changed = (): void => edge.tell({ name: 'prices.changed', fact: {} });
  return {
    'prices.import': ({ path, name, region, flavour }) => {
      const bytes = sizeOf(path);
      const plain = name ?? basename(path, extname(path));
      const spec = { title: 'task.importPrices', values: { name: plain }, unit: null, measure: 'bytes' as const };
      const { id: task } = works.begin(spec, async (work) => {
        const about = { id: lists.freeId(listIdFrom(plain)), name: plain, region, flavour, date: today() };
        const taken = await importPrices(textPieces(path), about, ({ charactersRead, types, rejected }) => {
          work.progress(Math.min(charactersRead, bytes), bytes, `${types} types, ${rejected} refused`);
          work.check();
        });
        lists.keep(taken.catalogue);
        reports.set(task, {
          list: about.id,
          name: plain,
          format: FORMATS[taken.format],
          types: taken.catalogue.types.length,
          refused: [...taken.rejected],
          refusedCount: taken.rejectedCount,
          passedOver: taken.passedOver,
        });
        for (const oldest of reports.keys()) {
          if (reports.size <= REPORTS) break;
          reports.delete(oldest);
        }
        changed();
      });
      return { task };
    },
    'prices.report': ({ task }) => reports.get(task) ?? null,
    'prices.remove': ({ list }) => {
      if (!lists.remove(list)) refuse('bad-request', `${list} is not a price list that was imported.`);
      changed();
      return {};
    },
  };
}

const today = (): string => new Date().toISOString().slice(0, 10);

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw fileRefusal(path, error);
  }
}
