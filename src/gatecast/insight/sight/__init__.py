"""How far back a model really sees, measured by rerunning it."""
