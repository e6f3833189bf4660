"""Peers: one small model written as the users of each tool write it, every tool in a process of its own."""
