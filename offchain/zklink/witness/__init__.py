"""From the effects of a block to the assignment of its circuit; generic over the circuits' own input names."""
