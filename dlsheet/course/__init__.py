"""What runs the course: executing the notebooks, the book, and what looks after a machine."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The project's folder, with notebooks/, data/ and docs/."""
