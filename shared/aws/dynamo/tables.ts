/** Attribute names that all three tables share; the deployment creates the tables with them. */
export const ATTRIBUTES = { pk: 'pk', sk: 'sk', expiresAt: 'expiresAt' } as const;
