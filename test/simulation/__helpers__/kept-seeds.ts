/** Seeds whose worlds once broke a promise, and why. They are run first, whatever else is. */
export const KEPT_SEEDS: [seed: number, fault: string][] = [
  [88, 'a user whom Heap limited held up the others of the batch for as long as it was limited']
]
