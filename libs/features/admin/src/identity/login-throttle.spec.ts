import { describe, expect, it } from '@jest/globals';
import { pauseAfter, THROTTLE_POLICIES } from './login-throttle.js';

describe('the login throttle', () => {
  it.each([
    [1, 0],
    [5, 0],
    [6, 1_000],
    [7, 2_000],
    [8, 4_000],
    [12, 60_000],
    [1_000_000, 60_000],
  ])('after %i failures from one address pauses %i ms', (failures, pauseMs) => {
    expect(pauseAfter(failures, THROTTLE_POLICIES.address)).toBe(pauseMs);
  });

  it.each([
    [20, 0],
    [21, 1_000],
    [1_000, 10_000],
  ])('after %i failures of one user name pauses %i ms', (failures, pauseMs) => {
    expect(pauseAfter(failures, THROTTLE_POLICIES.username)).toBe(pauseMs);
  });
});
