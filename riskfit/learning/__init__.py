"""Learning from outcomes: what the card may turn, penalised fits, comparisons, evaluation."""
