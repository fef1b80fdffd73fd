/** Steps from one version of the settings file to the next. A file from a newer version is left alone and read as far as it fits. */

export type Document = Record<string, unknown>;

export interface Migration {
  readonly to: number;
  readonly why: string;
  apply(document: Document): Document;
}

const MIGRATIONS: readonly Migration[] = [
  { to: 1, why: 'the first version with a number', apply: (document) => ({ ...document, views: document.views ?? {} }) },
  {
    to: 2,
    why: 'what a view remembers moved from the top into views',
    apply: (document) => {
      const { columns, ...rest } = document;
      const views = (rest.views ?? {}) as Document;
      return { ...rest, views: columns === undefined ? views : { ...views, 'machines.columns': columns } };
    },
  },
];

export const NEWEST = Math.max(...MIGRATIONS.map((migration) => migration.to));

export function migrate(document: Document): Document {
  const from = typeof document.version === 'number' ? document.version : 0;
  const steps = MIGRATIONS.filter((migration) => migration.to > from);
  const migrated = steps.reduce((current, migration) => migration.apply(current), document);
  return { ...migrated, version: Math.max(from, NEWEST) };
}
