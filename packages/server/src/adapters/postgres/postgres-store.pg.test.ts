import { storeContract } from '@glidepath/testkit/store-contract';
import { PostgresStore } from './postgres-store.ts';
import { useTestDatabase } from './test-database.ts';

const database = useTestDatabase();

storeContract('PostgreSQL', async () => {
  await database.empty();
  const { connectionString } = database;
  return { store: new PostgresStore({ connectionString, connections: 4 }), other: new PostgresStore({ connectionString, connections: 4 }) };
});
