"""How gradients travel back through a recurrent layer."""
