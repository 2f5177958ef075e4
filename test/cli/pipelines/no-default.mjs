export const pipeline = 1;
