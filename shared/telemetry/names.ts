/** The CloudWatch namespace of all metrics; alarms and dashboards look here. */
export const METRICS_NAMESPACE = 'Meridian';

/** Totals have the dimension `stage`; what is known by target comes again with `stage` and `target`. */
export const DIMENSIONS = { stage: 'stage', target: 'target' } as const;

/** The lateness histogram, under `stage` alone. */
export const LATENESS_METRIC = 'latenessMs';
