/** What connectors of HTTP APIs share: asking, reading JSON field by field, instants as APIs write them. */
export * from './api-connector.ts';
export * from './ask.ts';
export * from './json-answer.ts';
export * from './written-instant.ts';
