"""A page in the browser: the army week by week, levers as sliders, two worlds side by side."""
