/**
 * The rules of OpenTofu's and Terraform's JSON syntax, as far as an export needs them: where there may be what, what a string
 * means (it is a template), and what a template may refer to.
 */
import { type Block, type Kind, RESOURCES } from './resources.table.ts';

type Json = null | boolean | number | string | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [key: string]: Json;
}
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Blocks at the top of a file, and arguments that every resource takes. */
const TOP = ['terraform', 'provider', 'variable', 'locals', 'data', 'resource', 'module', 'output', '//'];
const META = ['count', 'for_each', 'depends_on', 'lifecycle', 'provider', 'provisioner', 'connection'];

/** What a string stands for: its text with the escapes taken away, and the expressions in it. */
export function template(text: string): { literal: string; expressions: string[] } {
  const expressions: string[] = [];
  const literal = text.replace(/([$%])\1\{|[$%]\{([^}]*)\}/g, (_whole, escaped: string | undefined, expression: string) => {
    if (escaped !== undefined) return `${escaped}{`;
    expressions.push(expression);
    return '';
  });
  return { literal, expressions };
}

/** What is wrong with a file; nothing if it is as it should be. */
export function problemsIn(text: string): string[] {
  const file: Json = JSON.parse(text);
  if (!isObject(file)) return ['the file is not an object'];
  const problems = Object.keys(file).flatMap((key) => (TOP.includes(key) ? [] : [`${key} is no block of a file`]));
  const variables = isObject(file.variable) ? Object.keys(file.variable) : [];
  const instances = new Map<string, Block & { gives: readonly string[] }>();
  for (const [type, named] of Object.entries(isObject(file.resource) ? file.resource : {})) {
    const resource = RESOURCES[type];
    if (resource === undefined) problems.push(`there is no resource ${type}`);
    for (const [name, body] of Object.entries(isObject(named) ? named : {})) {
      if (resource === undefined) continue;
      instances.set(`${type}.${name}`, resource);
      problems.push(...blockProblems(body, resource, `${type}.${name}`, META));
    }
  }
  const known = (expression: string): boolean => {
    if (/^count\.index( [+-] \d+)?$/.test(expression)) return true;
    const variable = /^var\.([\w-]+)$/.exec(expression)?.[1];
    if (variable !== undefined) return variables.includes(variable);
    const [, owner = '', attribute = ''] = /^(\w+\.\w+)\[\*\]\.(\w+)(?:\[\d+\]\.\w+)?$/.exec(expression) ?? [];
    const resource = instances.get(owner);
    return resource !== undefined && (resource.gives.includes(attribute) || Object.hasOwn(resource.takes, attribute));
  };
  for (const string of stringsIn(file))
    for (const expression of template(string).expressions)
      if (!known(expression)) problems.push(`nothing is meant by ${expression}`);
  return problems;
}

function blockProblems(body: Json | undefined, block: Block, at: string, meta: readonly string[] = []): string[] {
  if (!isObject(body)) return [`${at} is not a block`];
  const missing = (block.needs ?? []).filter((name) => !Object.hasOwn(body, name)).map((name) => `${at} lacks ${name}`);
  return [
    ...missing,
    ...Object.entries(body).flatMap(([name, value]) => {
      const kind = block.takes[name];
      if (kind !== undefined) return valueProblems(value, kind, `${at}.${name}`);
      return meta.includes(name) ? [] : [`${at} takes no ${name}`];
    }),
  ];
}

function valueProblems(value: Json, kind: Kind, at: string): string[] {
  if (typeof kind === 'object')
    return (Array.isArray(value) ? value : [value]).flatMap((it, index) => blockProblems(it, kind, `${at}[${index}]`));
  if (kind === 'map')
    return isObject(value) && Object.values(value).every((it) => typeof it === 'string') ? [] : [`${at} is not a map of strings`];
  const expression = typeof value === 'string' && template(value).expressions.length > 0;
  return typeof value === kind || expression ? [] : [`${at} is not a ${kind}`];
}

function stringsIn(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  return isObject(value) ? Object.values(value).flatMap(stringsIn) : [];
}
