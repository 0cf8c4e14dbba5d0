import { MINUTE } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { askable, endpointsOf, judged } from './endpoints.ts';

const urls = (endpoints: ReturnType<typeof askable>) => endpoints.map(({ url }) => url);

describe('endpoints', () => {
  it('are asked in their order', () => {
    expect(urls(askable(endpointsOf(['a', 'b']), 0))).toEqual(['a', 'b']);
  });

  it('rest for two minutes after three failures in a row, and are tried again then', () => {
    let endpoints = endpointsOf(['a', 'b']);
    for (let failure = 0; failure < 2; failure++) endpoints = judged(endpoints, 'a', false, 5);
    expect(urls(askable(endpoints, 5))).toEqual(['a', 'b']);
    endpoints = judged(endpoints, 'a', false, 5);
    expect(urls(askable(endpoints, 4 + 2 * MINUTE))).toEqual(['b']);
    expect(urls(askable(endpoints, 5 + 2 * MINUTE))).toEqual(['a', 'b']);
    endpoints = judged(endpoints, 'a', false, 5 + 2 * MINUTE);
    expect(urls(askable(endpoints, 5 + 3 * MINUTE))).toEqual(['b']);
  });

  it('are back at once when they answer', () => {
    let endpoints = endpointsOf(['a']);
    for (let failure = 0; failure < 5; failure++) endpoints = judged(endpoints, 'a', false, 0);
    expect(askable(judged(endpoints, 'a', true, 1), 1)[0]).toEqual({ url: 'a', failures: 0, restsUntil: 0 });
  });

  it('are asked all the same where every one rests: the one that has rested longest', () => {
    let endpoints = endpointsOf(['a', 'b']);
    for (let failure = 0; failure < 3; failure++) endpoints = judged(judged(endpoints, 'a', false, 10), 'b', false, 5);
    expect(urls(askable(endpoints, 11))).toEqual(['b']);
  });
});
