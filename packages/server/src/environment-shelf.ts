/** Environments by id and name. They are made once and never change, so that one that was read is not read again. */
import type { Environment, Store } from '@glidepath/core';

export interface EnvironmentShelf {
  byId(id: string): Promise<Environment | null>;
  byName(name: string): Promise<Environment | null>;
}

/** What does not exist is asked for again: another node may be making it. Names that callers make up fill nothing. */
export function createEnvironmentShelf(store: Store): EnvironmentShelf {
  const shelf = new Map<string, Environment>();

  function keep(environment: Environment | null | undefined): Environment | null {
    if (environment === null || environment === undefined) return null;
    shelf.set(`id ${environment.id}`, environment);
    shelf.set(`name ${environment.name}`, environment);
    return environment;
  }

  return {
    byId: async (id) => shelf.get(`id ${id}`) ?? keep(await store.get('environment', id)),
    async byName(name) {
      const known = shelf.get(`name ${name}`);
      if (known !== undefined) return known;
      const [found] = await store.find('environment', { name }, { limit: 1 });
      return keep(found);
    },
  };
}
