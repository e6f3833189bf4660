"""Global sensitivity: designs, indices, and the ranking of inputs beside their evidence."""
