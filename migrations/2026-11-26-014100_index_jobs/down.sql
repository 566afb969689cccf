drop index jobs_by_due;
