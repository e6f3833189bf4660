"""Code that scenarios name: modules and files, their helpers and data, and what ships with defectsim."""
