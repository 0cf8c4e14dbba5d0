export * from './write-drill.ts';
