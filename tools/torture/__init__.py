"""Kill the writers of small sweeps at random moments, go on, and hold what they leave against uninterrupted ones."""
