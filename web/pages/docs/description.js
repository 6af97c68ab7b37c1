/**
 * A JSON schema, as far as the API's description uses them.
 * @typedef {object} Schema
 * @property {string} [$ref]
 * @property {string | string[]} [type]
 * @property {string} [description]
 * @property {string} [format]
 * @property {string} [pattern]
 * @property {unknown} [default]
 * @property {unknown[]} [examples]
 * @property {unknown[]} [enum]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {number} [minItems]
 * @property {number} [maxItems]
 * @property {Schema} [items]
 * @property {Record<string, Schema>} [properties]
 * @property {string[]} [required]
 * @property {boolean | Schema} [additionalProperties]
 */

/**
 * @typedef {object} Parameter
 * @property {string} name
 * @property {'path' | 'query' | 'header'} in
 * @property {string} [description]
 * @property {boolean} [required]
 * @property {Schema} schema
 */

/** @typedef {Record<string, {schema?: Schema}>} Content by media type */

/**
 * @typedef {object} RawOperation
 * @property {string} operationId
 * @property {string} [summary]
 * @property {string} [description]
 * @property {Parameter[]} [parameters]
 * @property {{content: Content}} [requestBody]
 * @property {Record<string, {description?: string, content?: Content}>} responses
 */

/**
 * An OpenAPI document, as far as this page reads it.
 * @typedef {object} OpenApi
 * @property {string} openapi
 * @property {{title: string, version: string, description?: string}} info
 * @property {Record<string, Record<string, RawOperation>>} paths
 * @property {{schemas?: Record<string, Schema>}} [components]
 */

/** @typedef {{status: string, description: string, type: string, schema?: Schema}} Answer a status is a number, or "default" */

/**
 * @typedef {object} Operation
 * @property {string} id
 * @property {string} method in capitals
 * @property {string} path
 * @property {string} summary
 * @property {string} description
 * @property {Parameter[]} parameters but those that say who calls
 * @property {Schema} [body]
 * @property {Answer[]} answers by status
 */

/** What the server says of its API. */
export class Description {
  #raw;

  /** @param {OpenApi} raw */
  constructor(raw) {
    this.#raw = raw;
    const all = rawOperations(raw);
    const [first, ...others] = all.map(({ operation }) => operation.parameters ?? []);
    /** The parameters that every operation has: they say who calls. */
    this.callers = (first ?? []).filter((a) => others.every((parameters) => parameters.some((b) => a.name === b.name && a.in === b.in)));
    const names = new Set(this.callers.map(({ name }) => name));
    /** @type {Operation[]} those of the largest resource first */
    this.operations = all.map(({ path, method, operation }) => ({
      id: operation.operationId, method, path, summary: operation.summary ?? operation.operationId, description: operation.description ?? '',
      parameters: (operation.parameters ?? []).filter(({ name }) => !names.has(name)),
      body: Object.values(operation.requestBody?.content ?? {})[0]?.schema,
      answers: Object.entries(operation.responses).map(([status, answer]) => {
        const [type, content] = Object.entries(answer.content ?? {})[0] ?? ['', {}];
        return { status, description: answer.description ?? '', type, schema: content.schema };
      }),
    }));
  }

  get info() {
    return this.#raw.info;
  }

  get openapi() {
    return this.#raw.openapi;
  }

  /** The schemas that have a name. */
  get schemas() {
    return this.#raw.components?.schemas ?? {};
  }

  /**
   * What a schema says of the objects in it: itself, or what it refers to, or that of its items or values.
   * @param {Schema} schema
   * @returns {{name?: string, schema: Schema}}
   */
  objectIn(schema) {
    if (schema.$ref) {
      const name = nameOf(schema.$ref);
      return { name, schema: this.schemas[name] ?? {} };
    }
    const inner = schema.items ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined);
    return inner ? this.objectIn(inner) : { schema };
  }
}

/**
 * The name of the schema that a reference points to.
 * @param {string} ref
 */
export function nameOf(ref) {
  return ref.slice(ref.lastIndexOf('/') + 1);
}

/** Reads the description from the server that this page is from. */
export async function readDescription() {
  const response = await fetch(new URL('v1/openapi.json', document.baseURI), { cache: 'no-store' });
  if (!response.ok) {
    throw new Error(`the server answers ${response.status}`);
  }
  const read = /** @type {Partial<OpenApi> | null} */ (await response.json());
  if (!read?.openapi || !read.info || !read.paths) {
    throw new Error('that is no OpenAPI document');
  }
  return new Description(/** @type {OpenApi} */ (read));
}

/** @param {OpenApi} raw */
function rawOperations({ paths }) {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, resource: path.split('/')[2], method: method.toUpperCase(), operation })));
  /** @param {string | undefined} resource */
  const size = (resource) => all.filter((one) => one.resource === resource).length;
  return all.toSorted((a, b) => size(b.resource) - size(a.resource));
}
