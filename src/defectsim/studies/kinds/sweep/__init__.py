"""Many points, at which what a sweep file lists varies."""
