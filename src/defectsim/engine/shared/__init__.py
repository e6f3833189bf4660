"""What both engines share: hazards in fixed point, draws, news and command."""
