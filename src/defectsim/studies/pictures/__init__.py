"""Kinds of pictures of a study: each answers one question."""
