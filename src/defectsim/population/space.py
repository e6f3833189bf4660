"""Sideways ties as a network space of Mesa's, for its methods and its drawings."""

import networkx as nx
import numpy as np
from mesa.discrete_space import Cell, Network
from numpy.typing import NDArray

from defectsim.population.population import World


class TieCell(Cell):  # type: ignore[misc]  # Mesa ships no types
    """A cell without Mesa's cache of neighbourhoods, which keeps every model in memory."""

    get_neighborhood = Cell.get_neighborhood.__wrapped__
    _neighborhood = Cell._neighborhood.__wrapped__

    def _clear_cache(self) -> None:
        """Do nothing: there is none."""


class TiesSpace(Network):  # type: ignore[misc]  # Mesa ships no types
    """People who have sideways ties, each in a cell of their own.

    Cells are numbered from 0 in the order of the rows, as Mesa's drawings expect. People stay where
    they are: each agent's cell is `agent.cell`, None for people without ties.

    Attributes
    ----------
    rows
        Shape (cells,): row of the person in each cell.
    """

    def __init__(self, model: World) -> None:
        ties = model.ties
        self.rows: NDArray[np.int64] = np.flatnonzero(np.diff(ties.indptr))
        graph = nx.from_scipy_sparse_array(ties[self.rows][:, self.rows])
        super().__init__(graph, 1, model.random, TieCell, layout=None)
        for node, row in enumerate(self.rows.tolist()):
            agent, cell = model.agent(row), self[node]
            cell.add_agent(agent)
            agent.cell = cell
