"""What both engines share: hazards in fixed point, draws and news."""
