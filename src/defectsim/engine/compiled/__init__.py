"""The compiled engine: rules evaluated once a step for each cohort."""
