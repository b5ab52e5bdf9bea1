/** Seeds whose worlds once broke a promise, and why. They are run first, whatever else is. */
export const KEPT_SEEDS: [seed: number, fault: string][] = [
  [76, 'a user whom Heap limits held up the others of the batch for as long as that lasted'],
  [198, 'a call that waited for its user’s earlier ones kept later calls of the others from being sent'],
  [370, 'a clock that somebody set made calls too old at once, and they were given up']
]
