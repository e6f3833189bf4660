"""Pictures of frames: (frame, axes) -> axes; nothing here runs a model."""
