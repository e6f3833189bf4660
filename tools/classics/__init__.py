"""The field's classics, run again and set beside what was published."""
