"""Runs a notebook with this Python, whatever kernels the user has, and writes it with its outputs.

python tests/support/notebooks.py docs/notebook.ipynb executed.ipynb
"""

import sys
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient


def execute(path: Path, executed: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    kernels = AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    here = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, km=kernels, timeout=300, resources=here).execute()
    nbformat.write(notebook, executed)


if __name__ == "__main__":
    execute(Path(sys.argv[1]), Path(sys.argv[2]))
